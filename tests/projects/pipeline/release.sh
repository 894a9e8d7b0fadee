#!/bin/bash
# From source to manifests on stdout. No state is kept: it flows through the pipe.
# A step that fails prints no state, the steps behind it then fail too, and stdout
# stays empty.
set -euo pipefail
cd "$(dirname "$0")"
ds-build --state - </dev/null |
  ds-tag --state - |
  ds-push --state - |
  ds-rewrite --state - "${@:-k8s/}"
