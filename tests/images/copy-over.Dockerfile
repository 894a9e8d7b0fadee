FROM scratch
COPY src /a
COPY docs /a
COPY readme.md /a/main.py
COPY keep.log /a/link
