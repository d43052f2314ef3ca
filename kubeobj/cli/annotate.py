"""`kubeobj annotate`: set annotations of objects of the cluster that runs."""

from kubeobj.cli.labelling import map_command

command = map_command("annotate", "annotations", "annotated")
