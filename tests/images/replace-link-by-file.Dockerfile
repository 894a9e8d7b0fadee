ARG BASE
FROM ${BASE}
COPY readme.md /folder/link
COPY src /folder
