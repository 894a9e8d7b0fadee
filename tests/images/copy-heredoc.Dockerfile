FROM scratch
ARG NAME=world
COPY <<EOF /hello
hello $NAME "quoted" 'single' \$kept
EOF
COPY <<"RAW" <<-TABS /two/
raw $NAME
RAW
	tabs	inside
	gone
TABS
COPY --chmod=755 --chown=1:2 <<X /x
x
X
