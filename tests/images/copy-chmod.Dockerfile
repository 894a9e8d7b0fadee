FROM scratch
COPY --chmod=600 readme.md /a
COPY --chmod=4751 src /b
COPY --chmod=0644 readme.md /new/c
