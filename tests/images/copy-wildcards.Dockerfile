FROM scratch
COPY *.md /md/
COPY src/l* /l/
COPY docs/*/*.md /deep/
COPY nothing*.here /none/
COPY src/lib/?.[mt]* /q/
