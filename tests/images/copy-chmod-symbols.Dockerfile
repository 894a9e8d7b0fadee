FROM scratch
COPY --chmod=u+x,go-r readme.md /a
COPY --chmod=a=rX src /b
COPY --chmod=go=u-w docs /c
