"""Of this folder the tests read the pages; its programs are run by Sphinx, which not everybody has."""

collect_ignore_glob = ["*.py"]
