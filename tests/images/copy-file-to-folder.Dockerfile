FROM scratch
COPY readme.md keep.log /a/b/
