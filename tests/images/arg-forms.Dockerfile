# options: --build-arg GIVEN=given --build-arg OVER=over
ARG OUTSIDE=outside
FROM scratch
ARG GIVEN
ARG OVER=default
ARG OUTSIDE
ARG LATE=$OVER-late NONE
ENV R="$GIVEN $OVER $OUTSIDE $LATE x$NONE"
ARG OVER=again
ENV S=$OVER
ENV FIXED=env
ARG FIXED=arg
ENV T=$FIXED
