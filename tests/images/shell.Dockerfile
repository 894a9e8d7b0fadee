FROM scratch
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
CMD echo a | cat
ENTRYPOINT x
HEALTHCHECK CMD check me
