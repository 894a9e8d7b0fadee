FROM scratch
COPY src /s
FROM scratch AS Second
COPY --from=0 /s/main.py /m
FROM scratch
COPY --from=second /m /from-second
COPY --from=1 /m /from-one
