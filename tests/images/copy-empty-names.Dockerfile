FROM scratch
COPY --from=scratch nothing* /x/
COPY src/lib /
