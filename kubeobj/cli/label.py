"""`kubeobj label`: set labels of objects of the cluster that runs."""

from kubeobj.cli.labelling import map_command

command = map_command("label", "labels", "labeled")
