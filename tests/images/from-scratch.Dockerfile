FROM scratch
COPY readme.md /
