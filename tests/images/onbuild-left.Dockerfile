FROM scratch
ONBUILD COPY a b
ONBUILD RUN --mount=type=cache,target=/c make  all
ONBUILD ENV X="y z"
