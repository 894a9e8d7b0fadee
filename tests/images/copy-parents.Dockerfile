FROM scratch
COPY --parents src/lib/a.txt docs/api/index.md /p/
COPY --parents docs/*/*.md /q/
COPY --parents src/./lib/a.txt /r/
COPY --parents **/*.md /s/
