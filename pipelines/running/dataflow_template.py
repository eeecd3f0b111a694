"""What a Flex Template of Google Dataflow starts: ``meetwire stream`` with the template's parameters as flags.

FLEX_TEMPLATE_PYTHON_PY_FILE of the template's image names this file; ``configs/dataflow-template.json`` the parameters.
"""

import sys

from pipelines import cli

if __name__ == "__main__":
    sys.exit(cli.main(["stream", *sys.argv[1:]]))
