FROM scratch AS broken
COPY not-there /
FROM scratch AS good
COPY readme.md /
FROM good
