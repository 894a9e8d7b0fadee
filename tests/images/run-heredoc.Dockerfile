ARG BASE
FROM ${BASE}
RUN <<EOF
echo one > /one
echo "two $HOME" > /two
EOF
RUN <<S
#!/bin/sh
echo three > /three
S
RUN cat <<A > /four && cat <<B > /five
four
A
five
B
