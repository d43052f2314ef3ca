"""Nodes that have a pod's images already."""

from tests.scheduling.reference.cluster import Cluster, Doc, Node

MEGABYTE = 1024 * 1024
LEAST = 23 * MEGABYTE
MOST = 1000 * MEGABYTE


def full_name(image: str) -> str:
    """Return the image's name with a tag; a colon before the last slash is a port."""
    return image if image.rfind(":") > image.rfind("/") else f"{image}:latest"


def sizes(node: Node) -> dict[str, int]:
    """Return the bytes of each image on *node*, by each of its names."""
    images = node.document.get("status", {}).get("images") or []
    return {name: image["sizeBytes"] for image in images for name in image["names"]}


def score_image_locality(cluster: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, int]:
    """The more bytes of the pod's images are there, the better; 23 MB count as nothing.

    An image counts the less the fewer nodes have it, so that pods do not all heap up on them.
    """
    spec = pod["spec"]
    containers = [*(spec.get("initContainers") or []), *spec["containers"]]
    volumes = [v["image"]["reference"] for v in spec.get("volumes") or [] if "image" in v]
    images = [full_name(image) for image in [*(c["image"] for c in containers), *volumes]]
    everywhere = [sizes(node) for node in cluster.nodes]
    scores = {}
    for node in nodes:
        total = 0
        for image in images:
            if image in sizes(node):
                having = sum(image in there for there in everywhere)
                total += int(float(sizes(node)[image]) * (having / len(cluster.nodes)))
        most = MOST * len(containers)  # image volumes add bytes, but not to what is expected
        total = min(max(total, LEAST), most)
        scores[node.name] = 100 * (total - LEAST) // (most - LEAST)
    return scores
