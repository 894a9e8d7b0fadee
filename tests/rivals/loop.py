"""The same with ruamel.yaml, which keeps comments: loop.py REPOSITORY=REFERENCE... <in >out"""
import sys

from ruamel.yaml import YAML

IMAGES = dict(word.split("=", 1) for word in sys.argv[1:])


def repository(reference):
    head, slash, last = reference.split("@")[0].rpartition("/")
    return head + slash + last.split(":")[0]


def replace(node):
    if isinstance(node, list):
        for child in node:
            replace(child)
    elif isinstance(node, dict):
        for key, child in node.items():
            if key == "image" and isinstance(child, str):
                new = IMAGES.get(repository(child))
                if new:
                    node[key] = type(child)(new)
            else:
                replace(child)


def reader():
    yaml = YAML()
    yaml.preserve_quotes = True
    return yaml


def documents():
    for document in reader().load_all(sys.stdin):
        replace(document)
        yield document


reader().dump_all(documents(), sys.stdout)
