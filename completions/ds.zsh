#compdef ds ds-build ds-tag ds-push ds-rewrite ds-secret

autoload -U is-at-least

_ds() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--list[List all commands\: the steps, ds'\''s own, and those of plugins on PATH]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_ds_commands" \
"*::: :->ds" \
&& ret=0
    case $state in
    (ds)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
'--image=[The image to build, with its registry\: registry.example.com/team/app]:REPOSITORY[:TAG]:_default' \
'--dockerfile=[The Dockerfile \[default\: ./Dockerfile\]]:FILE:_files' \
'--context=[The folder that the build sees \[default\: this folder\]]:DIR:_files' \
'--port=[The port that the program listens on \[default\: the one that the Dockerfile exposes\]]:PORT:_default' \
'--namespace=[The namespace to deploy to \[default\: that of the kube context\]]:NAME:_default' \
'--pull-secret[Let the cluster pull the image with this machine'\''s credentials]' \
'-r[Write a new devspace.yaml; the old one is kept as devspace.yaml.bak]' \
'--reconfigure[Write a new devspace.yaml; the old one is kept as devspace.yaml.bak]' \
'-y[Ask nothing\: take what is suggested]' \
'--yes[Ask nothing\: take what is suggested]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(deploy)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'-n+[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--namespace=[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--kube-context=[The kube context \[default\: the config'\''s, else the current one\]]:NAME:_default' \
'*--deployments=[Only these deployments, by name]:NAME:_default' \
'--reuse=[Take images that other machines built from the same inputs, and push so that they find ours \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'(-b --force-build --render)--to=[Go back to the references of the deploy before the last one; builds nothing]:WHICH:(previous)' \
'(--render --diff --wait --to)--plan=[Write what would be done to this file, as JSON, and do nothing]:FILE:_files' \
'(--plan --render --diff --to)--from=[Carry out the plan in this file, if nothing that it saw has changed since]:FILE:_files' \
'--timeout=[How long \`--wait\` waits\: seconds, or 90s, 5m, 1h30m \[default\: 5m\]]:TIME:_default' \
'--output=[How the result is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'(--diff --wait)--render[Print the manifests that would be applied, and apply nothing]' \
'(--wait)--diff[Print what would change in the cluster, by the server'\''s own word, and change nothing]' \
'(-b --force-build)--skip-build[Build nothing\: take what the state has]' \
'-b[Build even where nothing changed]' \
'--force-build[Build even where nothing changed]' \
'--skip-push[Give the tags, upload nothing]' \
'-d[Apply even where nothing changed]' \
'--force-deploy[Apply even where nothing changed]' \
'--force-conflicts[Take fields that other field managers have]' \
'--wait[Wait until the workloads are up; exit 1, with the reason, where one does not come up]' \
'--no-hooks[Run no hooks of the config]' \
'--ignore-dependencies[Deploy without the config'\''s \`dependencies\`]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(dev)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'-n+[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--namespace=[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--kube-context=[The kube context \[default\: the config'\''s, else the current one\]]:NAME:_default' \
'*--deployments=[Only these deployments, by name]:NAME:_default' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-w[Build and deploy again when inputs of images, manifests, charts or the config change]' \
'--watch[Build and deploy again when inputs of images, manifests, charts or the config change]' \
'-x[End after the deploy, and follow no logs]' \
'--exit-after-deploy[End after the deploy, and follow no logs]' \
'(-b --force-build)--skip-build[Build nothing\: take what the state has]' \
'-b[Build even where nothing changed]' \
'--force-build[Build even where nothing changed]' \
'--skip-push[Give the tags, upload nothing]' \
'-d[Apply even where nothing changed]' \
'--force-deploy[Apply even where nothing changed]' \
'--force-conflicts[Take fields that other field managers have]' \
'--no-hooks[Run no hooks of the config]' \
'--ignore-dependencies[Deploy without the config'\''s \`dependencies\`]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'-n+[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--namespace=[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--kube-context=[The kube context \[default\: the config'\''s, else the current one\]]:NAME:_default' \
'*--deployments=[Only these deployments, by name]:NAME:_default' \
'-o+[How the result is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--output=[How the result is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(purge)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'-n+[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--namespace=[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--kube-context=[The kube context \[default\: the config'\''s, else the current one\]]:NAME:_default' \
'*--deployments=[Only these deployments, by name]:NAME:_default' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'--secrets[The pull secrets that ds made, too, and their names in service accounts]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(state)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
":: :_ds__subcmd__state_commands" \
"*::: :->state" \
&& ret=0

    case $state in
    (state)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-state-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` is stdin \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'*--image=[Only this image (repeatable) \[default\: all\]]:NAME:_default' \
'--output=[What is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(merge)
_arguments "${_arguments_options[@]}" : \
'--prefer=[Which of the two counts where they differ]:A|B:(a b)' \
'-o+[The file to write; it may be A or B \[default\: stdout\]]:FILE:_files' \
'--output=[The file to write; it may be A or B \[default\: stdout\]]:FILE:_files' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':a -- A state file; one of the two may be `-` for stdin:_files' \
':b -- Another state file:_files' \
&& ret=0
;;
        esac
    ;;
esac
;;
(schema)
_arguments "${_arguments_options[@]}" : \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':of -- Which file'\''s:((config\:"devspace.yaml"
state\:".devspace/state.json"
lock\:"devspace.lock"))' \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(completions)
_arguments "${_arguments_options[@]}" : \
'--write=[Write the files of all shells and the man pages into this folder]:DIR:_files' \
'-h[Print help]' \
'--help[Print help]' \
'::shell -- The shell:(bash zsh fish)' \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'::folder -- The folder; it is made where it is missing:_files' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'*::name -- The command:_default' \
&& ret=0
;;
(build)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--load=[Take the images that the embedded builder made into an \`engine\`, or into \`containerd\[\:NAMESPACE\]\` by its ctr]::WHERE:_default' \
'--save=[Write them into a file\: docker-archive\:FILE or oci-archive\:FILE]:KIND:FILE:_default' \
'--depfile=[Write the inputs as a rule for GNU make into this file; it and the stamp are best kept in a folder that no image takes]:FILE:_files' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-b[Build even where nothing changed]' \
'--force[Build even where nothing changed]' \
'--force-build[Build even where nothing changed]' \
'--pull[Look for newer base images]' \
'--no-cache[Use no layer of earlier builds]' \
'--explain[For each image, say why it is built or not]' \
'--no-hooks[Run no hooks of the config]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_ds__subcmd__build_commands" \
"*::: :->build" \
&& ret=0

    case $state in
    (build)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-build-command-$line[1]:"
        case $line[1] in
            (key)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--list[Print the canonical list that the key is the SHA-256 of]' \
'--verify[Compare with the card\: exit 3 if it is another key]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::image -- The image'\''s name in the config; a config of one image needs none:_default' \
&& ret=0
;;
(why)
_arguments "${_arguments_options[@]}" : \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--not[Explain a skip\: what was compared, and when the image was built]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::image -- The image'\''s name in the config \[default\: each image in turn\]:_default' \
&& ret=0
;;
(affected)
_arguments "${_arguments_options[@]}" : \
'--base=[The revision to compare with, such as origin/main\: with the commit where HEAD left it (the merge base), so that what others did there meanwhile does not count]:REV:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line for each affected image\: its name, then why"
json\:"One JSON value, images that are not affected included"
github-matrix\:"One line of JSON that a GitHub workflow takes as \`strategy.matrix\` by \`fromJSON\`"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--direct[Compare with REV itself]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(lock)
_arguments "${_arguments_options[@]}" : \
'*--update=[Ask for the present digests of all bases, or of these images'\'' or these bases alone]::IMAGE:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(cache)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_ds__subcmd__build__subcmd__cache_commands" \
"*::: :->cache" \
&& ret=0

    case $state in
    (cache)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-build-cache-command-$line[1]:"
        case $line[1] in
            (info)
_arguments "${_arguments_options[@]}" : \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(prune)
_arguments "${_arguments_options[@]}" : \
'--max-size=[Keep at most this\: a number with K, M, G or T \[default\: \$DS_CACHE_SIZE\]]:SIZE:_default' \
'--older-than=[Remove what was not used in this time\: a number with d, h, m or s]:TIME:_default' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(tag)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'*-t+[The tag instead of the config'\''s (repeatable); \`auto\`, or text with \${KEY}, \${ID}, \${RANDOM}, \${TIMESTAMP}, \${GIT_COMMIT}, \${GIT_BRANCH}, \${GIT_DIRTY}]:TAG:_default' \
'*--tag=[The tag instead of the config'\''s (repeatable); \`auto\`, or text with \${KEY}, \${ID}, \${RANDOM}, \${TIMESTAMP}, \${GIT_COMMIT}, \${GIT_BRANCH}, \${GIT_DIRTY}]:TAG:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(push)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--reuse=[Push each image under the name of its key too, where other machines look for it \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'--skip-push[Give the tags, upload nothing]' \
'-f[Push even what was pushed already]' \
'--force[Push even what was pushed already]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_ds__subcmd__push_commands" \
"*::: :->push" \
&& ret=0

    case $state in
    (push)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-push-command-$line[1]:"
        case $line[1] in
            (copy)
_arguments "${_arguments_options[@]}" : \
'--platform=[Only the image of this platform\: os/arch\[/variant\] \[default\: all\]]:PLATFORM:_default' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':from -- What is copied:_default' \
':to -- Where it shall be:_default' \
&& ret=0
;;
(gc)
_arguments "${_arguments_options[@]}" : \
'--older-than=[Keep what was built in this time\: a number with d, h, m or s]:TIME:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--yes[Delete what is listed]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
        esac
    ;;
esac
;;
(rewrite)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--unresolved=[What an image is that is known, but cannot be written, and one that stands where a rule expects another, or a known one]:HOW:(error warn ignore)' \
'*--rule=[A further place, with \`kind\`, \`apiVersion\`, \`name\` (all with \`*\`), \`path\`, \`image\`, \`part\` and \`known\`\: \`kind=Job,path=spec.**.env\[name=SIDECAR\].value\`, or, for one of two images with one repository, \`path=**.containers\[name=debug\].image,image=debug\`. With an image, a path without wildcards expects it there; \`known=true\` expects known images at all of its places (repeatable)]:KEY=VALUE,…:_default' \
'*--exclude=[A place to leave alone, with all below it\: \`kind=ConfigMap,path=data\` (repeatable)]:KEY=VALUE,…:_default' \
'*--set=[Write REF for the image NAME\: an image of the config, or a repository (repeatable)]:NAME=REF:_default' \
'*--from=[Take references from a file of another tool; \`-\` is stdin (repeatable\: the last one counts). Locks of kbld and imgpkg, \`skaffold build --file-output\`, \`docker buildx build|bake --metadata-file\`, jib-image.json, kustomization.yaml, and lists of references as of \`ko --image-refs\`, told by their content]:FILE:_files' \
'--to=[Write the references of the last deploy, not those of the last tag]:WHICH:(previous)' \
'--namespace=[With \`--to\`\: only deploys to this namespace]:NAME:_default' \
'--deployment=[With \`--to\`\: only deploys of this deployment of the config]:NAME:_default' \
'--cluster=[With \`--to\`\: only deploys to the cluster whose namespace \`kube-system\` has this uid]:UID:_default' \
'--form=[What is written\: the tag, tag and digest where that is known, or the digest alone]:FORM:(tag both digest)' \
'(--in-place)--output-dir=[Write the manifests below this folder, each under its path from the working folder; one from elsewhere as \`cp -r\` would]:DIR:_files' \
'-o+[With \`--list\`\: how it is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--output=[With \`--list\`\: how it is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'(--list)--edits=[Print the edits as JSON instead of the manifests]:FORM:(json)' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'--keep-going[Leave bad files out, and do the others; the exit code is that of the first bad one]' \
'--everywhere[Also replace any string that is wholly such a reference, under whatever key]' \
'(--form)--digest[Write \`repository\:tag@digest\` where the digest is known\: \`--form both\`]' \
'--in-place[Rewrite the files where they are\: those that change, all or none]' \
'(--output-dir --in-place --list --edits --diff)--stream[Print each document as soon as it is whole, in place of all or nothing\: what stands behind a bad document is not printed]' \
'(--output-dir --in-place)--list[Print the images that the manifests name instead of the manifests]' \
'(--list --edits)--diff[Print the edits as a diff for \`git apply\` or \`patch -p1\` instead of the manifests]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::manifests -- Files, folders and globs of manifests; `-` is stdin \[default\: stdin\]:_files' \
&& ret=0
;;
(secret)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'-n+[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--namespace=[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--kube-context=[The kube context \[default\: the config'\''s, else the current one\]]:NAME:_default' \
'*--for=[Manifests whose pods need them\: files, folders, patterns, or \`-\` for stdin (repeatable) \[default\: the config'\''s deployments\]]:MANIFESTS:_files' \
'*--registry=[Only this registry, in the config or not (repeatable) \[default\: those of all images\]]:HOST:_default' \
'--within=[Take a password that ends within this time for ended\: \`90m\`, \`12h\`, \`2d\`]:TIME:_default' \
'--username=[The user, instead of docker'\''s config; for one registry]:NAME:_default' \
'(--prune --delete --renew)-o+[Print the secrets as manifests instead; asks no cluster]:FORM:((yaml\:"One document a secret"
json\:"One List"))' \
'(--prune --delete --renew)--output=[Print the secrets as manifests instead; asks no cluster]:FORM:((yaml\:"One document a secret"
json\:"One List"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'--as-configured[Only for images with \`createPullSecret\` and entries of \`pullSecrets\`; nothing to do where there are no credentials]' \
'(--prune --delete)--renew[Only renew the content of secrets that are there]' \
'--force[Replace secrets of that name that are somebody else'\''s, too]' \
'--prune[Then delete those of ours that nothing needs any more]' \
'(--prune --for --registry --as-configured)--delete[Delete all of ours in this cluster, and make none]' \
'--password-stdin[Read the password from stdin]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(why)
_arguments "${_arguments_options[@]}" : \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--not[Explain a skip\: what was compared, and when the image was built]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::image -- The image'\''s name in the config \[default\: each image in turn\]:_default' \
&& ret=0
;;
(key)
_arguments "${_arguments_options[@]}" : \
'--list[Print the canonical list that the key is the SHA-256 of]' \
'--verify[Compare with the card\: exit 3 if it is another key]' \
'-h[Print help]' \
'--help[Print help]' \
'::image -- The image'\''s name in the config; a config of one image needs none:_default' \
&& ret=0
;;
(affected)
_arguments "${_arguments_options[@]}" : \
'--base=[The revision to compare with, such as origin/main\: with the commit where HEAD left it (the merge base), so that what others did there meanwhile does not count]:REV:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line for each affected image\: its name, then why"
json\:"One JSON value, images that are not affected included"
github-matrix\:"One line of JSON that a GitHub workflow takes as \`strategy.matrix\` by \`fromJSON\`"))' \
'--direct[Compare with REV itself]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(lock)
_arguments "${_arguments_options[@]}" : \
'*--update=[Ask for the present digests of all bases, or of these images'\'' or these bases alone]::IMAGE:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(cache)
_arguments "${_arguments_options[@]}" : \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_ds__subcmd__cache_commands" \
"*::: :->cache" \
&& ret=0

    case $state in
    (cache)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-cache-command-$line[1]:"
        case $line[1] in
            (info)
_arguments "${_arguments_options[@]}" : \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(prune)
_arguments "${_arguments_options[@]}" : \
'--max-size=[Keep at most this\: a number with K, M, G or T \[default\: \$DS_CACHE_SIZE\]]:SIZE:_default' \
'--older-than=[Remove what was not used in this time\: a number with d, h, m or s]:TIME:_default' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
        esac
    ;;
esac
;;
(copy)
_arguments "${_arguments_options[@]}" : \
'--platform=[Only the image of this platform\: os/arch\[/variant\] \[default\: all\]]:PLATFORM:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':from -- What is copied:_default' \
':to -- Where it shall be:_default' \
&& ret=0
;;
(gc)
_arguments "${_arguments_options[@]}" : \
'--older-than=[Keep what was built in this time\: a number with d, h, m or s]:TIME:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--yes[Delete what is listed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
        esac
    ;;
esac
}

(( $+functions[_ds_commands] )) ||
_ds_commands() {
    local commands; commands=(
'init:Writes a devspace.yaml for the project in this folder' \
'deploy:Builds, tags, pushes and rewrites, then deploys' \
'dev:Deploys the dev variant and follows the logs of its pods' \
'status:Shows each image'\''s card, and what runs of it in the cluster' \
'purge:Takes what was deployed out of the cluster' \
'state:Shows states, and merges two into one' \
'schema:Prints the JSON Schema of a file' \
'doctor:Looks whether everything that ds needs is there' \
'completions:Prints completions for a shell, of ds and of every step' \
'man:Prints ds'\''s man page, or writes all of them into a folder' \
'help:Shows the help of a command' \
'build:Builds the images of devspace.yaml, those whose inputs changed' \
'tag:Computes the tags that built images shall have' \
'push:Gives built images their tags and sends them to their registries' \
'rewrite:Puts the new image references into manifests, and changes no other byte' \
'secret:Puts image pull secrets where pods need them' \
'why:Say why an image would be built' \
'key:Print an image'\''s content key' \
'affected:Tell which images a git diff touches, without engine or registry' \
'lock:Pin base images to digests, in devspace.lock beside the config' \
'cache:Show or empty the store of base images and build steps' \
'copy:Copy an image between registries, OCI layouts and archives' \
'gc:Find and delete what old keys left in the registries' \
    )
    _describe -t commands 'ds commands' commands "$@"
}
(( $+functions[_ds__subcmd__affected_commands] )) ||
_ds__subcmd__affected_commands() {
    local commands; commands=()
    _describe -t commands 'ds affected commands' commands "$@"
}
(( $+functions[_ds__subcmd__build_commands] )) ||
_ds__subcmd__build_commands() {
    local commands; commands=(
'key:Print an image'\''s content key' \
'why:Say why an image would be built' \
'affected:Tell which images a git diff touches, without engine or registry' \
'lock:Pin base images to digests, in devspace.lock beside the config' \
'cache:Show or empty the store of base images and build steps' \
    )
    _describe -t commands 'ds build commands' commands "$@"
}
(( $+functions[_ds__subcmd__build__subcmd__affected_commands] )) ||
_ds__subcmd__build__subcmd__affected_commands() {
    local commands; commands=()
    _describe -t commands 'ds build affected commands' commands "$@"
}
(( $+functions[_ds__subcmd__build__subcmd__cache_commands] )) ||
_ds__subcmd__build__subcmd__cache_commands() {
    local commands; commands=(
'info:Tell how much is in the store' \
'prune:Remove what was used least recently, while no build runs' \
    )
    _describe -t commands 'ds build cache commands' commands "$@"
}
(( $+functions[_ds__subcmd__build__subcmd__cache__subcmd__info_commands] )) ||
_ds__subcmd__build__subcmd__cache__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'ds build cache info commands' commands "$@"
}
(( $+functions[_ds__subcmd__build__subcmd__cache__subcmd__prune_commands] )) ||
_ds__subcmd__build__subcmd__cache__subcmd__prune_commands() {
    local commands; commands=()
    _describe -t commands 'ds build cache prune commands' commands "$@"
}
(( $+functions[_ds__subcmd__build__subcmd__key_commands] )) ||
_ds__subcmd__build__subcmd__key_commands() {
    local commands; commands=()
    _describe -t commands 'ds build key commands' commands "$@"
}
(( $+functions[_ds__subcmd__build__subcmd__lock_commands] )) ||
_ds__subcmd__build__subcmd__lock_commands() {
    local commands; commands=()
    _describe -t commands 'ds build lock commands' commands "$@"
}
(( $+functions[_ds__subcmd__build__subcmd__why_commands] )) ||
_ds__subcmd__build__subcmd__why_commands() {
    local commands; commands=()
    _describe -t commands 'ds build why commands' commands "$@"
}
(( $+functions[_ds__subcmd__cache_commands] )) ||
_ds__subcmd__cache_commands() {
    local commands; commands=(
'info:Tell how much is in the store' \
'prune:Remove what was used least recently, while no build runs' \
    )
    _describe -t commands 'ds cache commands' commands "$@"
}
(( $+functions[_ds__subcmd__cache__subcmd__info_commands] )) ||
_ds__subcmd__cache__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'ds cache info commands' commands "$@"
}
(( $+functions[_ds__subcmd__cache__subcmd__prune_commands] )) ||
_ds__subcmd__cache__subcmd__prune_commands() {
    local commands; commands=()
    _describe -t commands 'ds cache prune commands' commands "$@"
}
(( $+functions[_ds__subcmd__completions_commands] )) ||
_ds__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'ds completions commands' commands "$@"
}
(( $+functions[_ds__subcmd__copy_commands] )) ||
_ds__subcmd__copy_commands() {
    local commands; commands=()
    _describe -t commands 'ds copy commands' commands "$@"
}
(( $+functions[_ds__subcmd__deploy_commands] )) ||
_ds__subcmd__deploy_commands() {
    local commands; commands=()
    _describe -t commands 'ds deploy commands' commands "$@"
}
(( $+functions[_ds__subcmd__dev_commands] )) ||
_ds__subcmd__dev_commands() {
    local commands; commands=()
    _describe -t commands 'ds dev commands' commands "$@"
}
(( $+functions[_ds__subcmd__doctor_commands] )) ||
_ds__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'ds doctor commands' commands "$@"
}
(( $+functions[_ds__subcmd__gc_commands] )) ||
_ds__subcmd__gc_commands() {
    local commands; commands=()
    _describe -t commands 'ds gc commands' commands "$@"
}
(( $+functions[_ds__subcmd__help_commands] )) ||
_ds__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'ds help commands' commands "$@"
}
(( $+functions[_ds__subcmd__init_commands] )) ||
_ds__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'ds init commands' commands "$@"
}
(( $+functions[_ds__subcmd__key_commands] )) ||
_ds__subcmd__key_commands() {
    local commands; commands=()
    _describe -t commands 'ds key commands' commands "$@"
}
(( $+functions[_ds__subcmd__lock_commands] )) ||
_ds__subcmd__lock_commands() {
    local commands; commands=()
    _describe -t commands 'ds lock commands' commands "$@"
}
(( $+functions[_ds__subcmd__man_commands] )) ||
_ds__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'ds man commands' commands "$@"
}
(( $+functions[_ds__subcmd__purge_commands] )) ||
_ds__subcmd__purge_commands() {
    local commands; commands=()
    _describe -t commands 'ds purge commands' commands "$@"
}
(( $+functions[_ds__subcmd__push_commands] )) ||
_ds__subcmd__push_commands() {
    local commands; commands=(
'copy:Copy an image between registries, OCI layouts and archives' \
'gc:Find and delete what old keys left in the registries' \
    )
    _describe -t commands 'ds push commands' commands "$@"
}
(( $+functions[_ds__subcmd__push__subcmd__copy_commands] )) ||
_ds__subcmd__push__subcmd__copy_commands() {
    local commands; commands=()
    _describe -t commands 'ds push copy commands' commands "$@"
}
(( $+functions[_ds__subcmd__push__subcmd__gc_commands] )) ||
_ds__subcmd__push__subcmd__gc_commands() {
    local commands; commands=()
    _describe -t commands 'ds push gc commands' commands "$@"
}
(( $+functions[_ds__subcmd__rewrite_commands] )) ||
_ds__subcmd__rewrite_commands() {
    local commands; commands=()
    _describe -t commands 'ds rewrite commands' commands "$@"
}
(( $+functions[_ds__subcmd__schema_commands] )) ||
_ds__subcmd__schema_commands() {
    local commands; commands=()
    _describe -t commands 'ds schema commands' commands "$@"
}
(( $+functions[_ds__subcmd__secret_commands] )) ||
_ds__subcmd__secret_commands() {
    local commands; commands=()
    _describe -t commands 'ds secret commands' commands "$@"
}
(( $+functions[_ds__subcmd__state_commands] )) ||
_ds__subcmd__state_commands() {
    local commands; commands=(
'show:Shows what the state knows of each image' \
'merge:Merges two states into one' \
    )
    _describe -t commands 'ds state commands' commands "$@"
}
(( $+functions[_ds__subcmd__state__subcmd__merge_commands] )) ||
_ds__subcmd__state__subcmd__merge_commands() {
    local commands; commands=()
    _describe -t commands 'ds state merge commands' commands "$@"
}
(( $+functions[_ds__subcmd__state__subcmd__show_commands] )) ||
_ds__subcmd__state__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'ds state show commands' commands "$@"
}
(( $+functions[_ds__subcmd__status_commands] )) ||
_ds__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'ds status commands' commands "$@"
}
(( $+functions[_ds__subcmd__tag_commands] )) ||
_ds__subcmd__tag_commands() {
    local commands; commands=()
    _describe -t commands 'ds tag commands' commands "$@"
}
(( $+functions[_ds__subcmd__why_commands] )) ||
_ds__subcmd__why_commands() {
    local commands; commands=()
    _describe -t commands 'ds why commands' commands "$@"
}


autoload -U is-at-least

_ds-build() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--load=[Take the images that the embedded builder made into an \`engine\`, or into \`containerd\[\:NAMESPACE\]\` by its ctr]::WHERE:_default' \
'--save=[Write them into a file\: docker-archive\:FILE or oci-archive\:FILE]:KIND:FILE:_default' \
'--depfile=[Write the inputs as a rule for GNU make into this file; it and the stamp are best kept in a folder that no image takes]:FILE:_files' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-b[Build even where nothing changed]' \
'--force[Build even where nothing changed]' \
'--force-build[Build even where nothing changed]' \
'--pull[Look for newer base images]' \
'--no-cache[Use no layer of earlier builds]' \
'--explain[For each image, say why it is built or not]' \
'--no-hooks[Run no hooks of the config]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_ds-build_commands" \
"*::: :->ds-build" \
&& ret=0
    case $state in
    (ds-build)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-build-command-$line[1]:"
        case $line[1] in
            (key)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--list[Print the canonical list that the key is the SHA-256 of]' \
'--verify[Compare with the card\: exit 3 if it is another key]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::image -- The image'\''s name in the config; a config of one image needs none:_default' \
&& ret=0
;;
(why)
_arguments "${_arguments_options[@]}" : \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--not[Explain a skip\: what was compared, and when the image was built]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::image -- The image'\''s name in the config \[default\: each image in turn\]:_default' \
&& ret=0
;;
(affected)
_arguments "${_arguments_options[@]}" : \
'--base=[The revision to compare with, such as origin/main\: with the commit where HEAD left it (the merge base), so that what others did there meanwhile does not count]:REV:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line for each affected image\: its name, then why"
json\:"One JSON value, images that are not affected included"
github-matrix\:"One line of JSON that a GitHub workflow takes as \`strategy.matrix\` by \`fromJSON\`"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--direct[Compare with REV itself]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(lock)
_arguments "${_arguments_options[@]}" : \
'*--update=[Ask for the present digests of all bases, or of these images'\'' or these bases alone]::IMAGE:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(cache)
_arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_ds-build__subcmd__cache_commands" \
"*::: :->cache" \
&& ret=0

    case $state in
    (cache)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-build-cache-command-$line[1]:"
        case $line[1] in
            (info)
_arguments "${_arguments_options[@]}" : \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(prune)
_arguments "${_arguments_options[@]}" : \
'--max-size=[Keep at most this\: a number with K, M, G or T \[default\: \$DS_CACHE_SIZE\]]:SIZE:_default' \
'--older-than=[Remove what was not used in this time\: a number with d, h, m or s]:TIME:_default' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--builder=[Who builds\: \`docker\` (the engine'\''s own choice), \`classic\`, \`buildkit\`, or \`embedded\`, which needs no engine \[default\: what the config says, else an engine that answers, else \`embedded\`\]]:NAME:_default' \
'--platform=[Build for this platform\: os/arch\[/variant\]]:PLATFORM:_default' \
'*--build-arg=[A build argument for every image; without a value, the environment'\''s (repeatable)]:NAME[=VALUE]:_default' \
'*--label=[A label for every image (repeatable)]:NAME=VALUE:_default' \
'*--secret=[A secret for \`RUN --mount=type=secret\`, from a file, a variable, or the variable of that name (repeatable)]:id=ID[,src=FILE|env=NAME]:_default' \
'*--ssh=[An ssh agent for \`RUN --mount=type=ssh\`\: \`default\`, or a name; the socket is SSH_AUTH_SOCK'\''s unless another is given (repeatable)]:ID[=SOCKET]:_default' \
'--reuse=[Take an image that another machine built from the same inputs, and build nothing \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_ds-build__subcmd__cache__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-build-cache-help-command-$line[1]:"
        case $line[1] in
            (info)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(prune)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_ds-build__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-build-help-command-$line[1]:"
        case $line[1] in
            (key)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(why)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(affected)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(lock)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(cache)
_arguments "${_arguments_options[@]}" : \
":: :_ds-build__subcmd__help__subcmd__cache_commands" \
"*::: :->cache" \
&& ret=0

    case $state in
    (cache)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-build-help-cache-command-$line[1]:"
        case $line[1] in
            (info)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(prune)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_ds-build_commands] )) ||
_ds-build_commands() {
    local commands; commands=(
'key:Print an image'\''s content key' \
'why:Say why an image would be built' \
'affected:Tell which images a git diff touches, without engine or registry' \
'lock:Pin base images to digests, in devspace.lock beside the config' \
'cache:Show or empty the store of base images and build steps' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ds-build commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__affected_commands] )) ||
_ds-build__subcmd__affected_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build affected commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__cache_commands] )) ||
_ds-build__subcmd__cache_commands() {
    local commands; commands=(
'info:Tell how much is in the store' \
'prune:Remove what was used least recently, while no build runs' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ds-build cache commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__cache__subcmd__help_commands] )) ||
_ds-build__subcmd__cache__subcmd__help_commands() {
    local commands; commands=(
'info:Tell how much is in the store' \
'prune:Remove what was used least recently, while no build runs' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ds-build cache help commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__cache__subcmd__help__subcmd__help_commands] )) ||
_ds-build__subcmd__cache__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build cache help help commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__cache__subcmd__help__subcmd__info_commands] )) ||
_ds-build__subcmd__cache__subcmd__help__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build cache help info commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__cache__subcmd__help__subcmd__prune_commands] )) ||
_ds-build__subcmd__cache__subcmd__help__subcmd__prune_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build cache help prune commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__cache__subcmd__info_commands] )) ||
_ds-build__subcmd__cache__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build cache info commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__cache__subcmd__prune_commands] )) ||
_ds-build__subcmd__cache__subcmd__prune_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build cache prune commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help_commands] )) ||
_ds-build__subcmd__help_commands() {
    local commands; commands=(
'key:Print an image'\''s content key' \
'why:Say why an image would be built' \
'affected:Tell which images a git diff touches, without engine or registry' \
'lock:Pin base images to digests, in devspace.lock beside the config' \
'cache:Show or empty the store of base images and build steps' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ds-build help commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__affected_commands] )) ||
_ds-build__subcmd__help__subcmd__affected_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build help affected commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__cache_commands] )) ||
_ds-build__subcmd__help__subcmd__cache_commands() {
    local commands; commands=(
'info:Tell how much is in the store' \
'prune:Remove what was used least recently, while no build runs' \
    )
    _describe -t commands 'ds-build help cache commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__cache__subcmd__info_commands] )) ||
_ds-build__subcmd__help__subcmd__cache__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build help cache info commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__cache__subcmd__prune_commands] )) ||
_ds-build__subcmd__help__subcmd__cache__subcmd__prune_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build help cache prune commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__help_commands] )) ||
_ds-build__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build help help commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__key_commands] )) ||
_ds-build__subcmd__help__subcmd__key_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build help key commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__lock_commands] )) ||
_ds-build__subcmd__help__subcmd__lock_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build help lock commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__help__subcmd__why_commands] )) ||
_ds-build__subcmd__help__subcmd__why_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build help why commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__key_commands] )) ||
_ds-build__subcmd__key_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build key commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__lock_commands] )) ||
_ds-build__subcmd__lock_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build lock commands' commands "$@"
}
(( $+functions[_ds-build__subcmd__why_commands] )) ||
_ds-build__subcmd__why_commands() {
    local commands; commands=()
    _describe -t commands 'ds-build why commands' commands "$@"
}


autoload -U is-at-least

_ds-tag() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'*-t+[The tag instead of the config'\''s (repeatable); \`auto\`, or text with \${KEY}, \${ID}, \${RANDOM}, \${TIMESTAMP}, \${GIT_COMMIT}, \${GIT_BRANCH}, \${GIT_DIRTY}]:TAG:_default' \
'*--tag=[The tag instead of the config'\''s (repeatable); \`auto\`, or text with \${KEY}, \${ID}, \${RANDOM}, \${TIMESTAMP}, \${GIT_COMMIT}, \${GIT_BRANCH}, \${GIT_DIRTY}]:TAG:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_ds-tag_commands] )) ||
_ds-tag_commands() {
    local commands; commands=()
    _describe -t commands 'ds-tag commands' commands "$@"
}


autoload -U is-at-least

_ds-push() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--reuse=[Push each image under the name of its key too, where other machines look for it \[default\: what the config says\]]:WHERE:((registry\:"In its own repository, by the name of its key"
never\:"Nowhere, whatever the config says"))' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'--skip-push[Give the tags, upload nothing]' \
'-f[Push even what was pushed already]' \
'--force[Push even what was pushed already]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_ds-push_commands" \
"*::: :->ds-push" \
&& ret=0
    case $state in
    (ds-push)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-push-command-$line[1]:"
        case $line[1] in
            (copy)
_arguments "${_arguments_options[@]}" : \
'--platform=[Only the image of this platform\: os/arch\[/variant\] \[default\: all\]]:PLATFORM:_default' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':from -- What is copied:_default' \
':to -- Where it shall be:_default' \
&& ret=0
;;
(gc)
_arguments "${_arguments_options[@]}" : \
'--older-than=[Keep what was built in this time\: a number with d, h, m or s]:TIME:_default' \
'--output=[What is printed on stdout]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--yes[Delete what is listed]' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_ds-push__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ds-push-help-command-$line[1]:"
        case $line[1] in
            (copy)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(gc)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_ds-push_commands] )) ||
_ds-push_commands() {
    local commands; commands=(
'copy:Copy an image between registries, OCI layouts and archives' \
'gc:Find and delete what old keys left in the registries' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ds-push commands' commands "$@"
}
(( $+functions[_ds-push__subcmd__copy_commands] )) ||
_ds-push__subcmd__copy_commands() {
    local commands; commands=()
    _describe -t commands 'ds-push copy commands' commands "$@"
}
(( $+functions[_ds-push__subcmd__gc_commands] )) ||
_ds-push__subcmd__gc_commands() {
    local commands; commands=()
    _describe -t commands 'ds-push gc commands' commands "$@"
}
(( $+functions[_ds-push__subcmd__help_commands] )) ||
_ds-push__subcmd__help_commands() {
    local commands; commands=(
'copy:Copy an image between registries, OCI layouts and archives' \
'gc:Find and delete what old keys left in the registries' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ds-push help commands' commands "$@"
}
(( $+functions[_ds-push__subcmd__help__subcmd__copy_commands] )) ||
_ds-push__subcmd__help__subcmd__copy_commands() {
    local commands; commands=()
    _describe -t commands 'ds-push help copy commands' commands "$@"
}
(( $+functions[_ds-push__subcmd__help__subcmd__gc_commands] )) ||
_ds-push__subcmd__help__subcmd__gc_commands() {
    local commands; commands=()
    _describe -t commands 'ds-push help gc commands' commands "$@"
}
(( $+functions[_ds-push__subcmd__help__subcmd__help_commands] )) ||
_ds-push__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'ds-push help help commands' commands "$@"
}


autoload -U is-at-least

_ds-rewrite() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'--unresolved=[What an image is that is known, but cannot be written, and one that stands where a rule expects another, or a known one]:HOW:(error warn ignore)' \
'*--rule=[A further place, with \`kind\`, \`apiVersion\`, \`name\` (all with \`*\`), \`path\`, \`image\`, \`part\` and \`known\`\: \`kind=Job,path=spec.**.env\[name=SIDECAR\].value\`, or, for one of two images with one repository, \`path=**.containers\[name=debug\].image,image=debug\`. With an image, a path without wildcards expects it there; \`known=true\` expects known images at all of its places (repeatable)]:KEY=VALUE,…:_default' \
'*--exclude=[A place to leave alone, with all below it\: \`kind=ConfigMap,path=data\` (repeatable)]:KEY=VALUE,…:_default' \
'*--set=[Write REF for the image NAME\: an image of the config, or a repository (repeatable)]:NAME=REF:_default' \
'*--from=[Take references from a file of another tool; \`-\` is stdin (repeatable\: the last one counts). Locks of kbld and imgpkg, \`skaffold build --file-output\`, \`docker buildx build|bake --metadata-file\`, jib-image.json, kustomization.yaml, and lists of references as of \`ko --image-refs\`, told by their content]:FILE:_files' \
'--to=[Write the references of the last deploy, not those of the last tag]:WHICH:(previous)' \
'--namespace=[With \`--to\`\: only deploys to this namespace]:NAME:_default' \
'--deployment=[With \`--to\`\: only deploys of this deployment of the config]:NAME:_default' \
'--cluster=[With \`--to\`\: only deploys to the cluster whose namespace \`kube-system\` has this uid]:UID:_default' \
'--form=[What is written\: the tag, tag and digest where that is known, or the digest alone]:FORM:(tag both digest)' \
'(--in-place)--output-dir=[Write the manifests below this folder, each under its path from the working folder; one from elsewhere as \`cp -r\` would]:DIR:_files' \
'-o+[With \`--list\`\: how it is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'--output=[With \`--list\`\: how it is printed]:FORM:((text\:"A line an image"
json\:"One JSON value"))' \
'(--list)--edits=[Print the edits as JSON instead of the manifests]:FORM:(json)' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'--keep-going[Leave bad files out, and do the others; the exit code is that of the first bad one]' \
'--everywhere[Also replace any string that is wholly such a reference, under whatever key]' \
'(--form)--digest[Write \`repository\:tag@digest\` where the digest is known\: \`--form both\`]' \
'--in-place[Rewrite the files where they are\: those that change, all or none]' \
'(--output-dir --in-place --list --edits --diff)--stream[Print each document as soon as it is whole, in place of all or nothing\: what stands behind a bad document is not printed]' \
'(--output-dir --in-place)--list[Print the images that the manifests name instead of the manifests]' \
'(--list --edits)--diff[Print the edits as a diff for \`git apply\` or \`patch -p1\` instead of the manifests]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::manifests -- Files, folders and globs of manifests; `-` is stdin \[default\: stdin\]:_files' \
&& ret=0
}

(( $+functions[_ds-rewrite_commands] )) ||
_ds-rewrite_commands() {
    local commands; commands=()
    _describe -t commands 'ds-rewrite commands' commands "$@"
}


autoload -U is-at-least

_ds-secret() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--state=[The state file; \`-\` reads it from stdin and writes it to stdout \[default\: .devspace/state.json beside the config\]]:FILE:_files' \
'--config=[The config file \[default\: devspace.yaml, looked for upward\]]:FILE:_files' \
'--use-config=[A config of devspace-configs.yaml]:NAME:_default' \
'*--profile=[A profile of the config (repeatable)]:NAME:_default' \
'*--var=[The value of a config variable (repeatable)]:NAME=VALUE:_default' \
'*--image=[Only this image of the config (repeatable) \[default\: all\]]:NAME:_default' \
'--progress=[How progress is shown, on stderr]:HOW:((auto\:"Live lines on a terminal, plain ones elsewhere"
plain\:""
json\:"One JSON object a line, on stderr"
none\:""))' \
'--stamp=[Touch this file when something was done, and make it when it is missing]:FILE:_files' \
'--color=[When to use colour]:WHEN:(auto always never)' \
'-j+[How many images at once \[default\: the number of processors\]]:N:_default' \
'--jobs=[How many images at once \[default\: the number of processors\]]:N:_default' \
'-n+[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--namespace=[The namespace of what names none \[default\: the config'\''s, else the kube context'\''s\]]:NAME:_default' \
'--kube-context=[The kube context \[default\: the config'\''s, else the current one\]]:NAME:_default' \
'*--for=[Manifests whose pods need them\: files, folders, patterns, or \`-\` for stdin (repeatable) \[default\: the config'\''s deployments\]]:MANIFESTS:_files' \
'*--registry=[Only this registry, in the config or not (repeatable) \[default\: those of all images\]]:HOST:_default' \
'--within=[Take a password that ends within this time for ended\: \`90m\`, \`12h\`, \`2d\`]:TIME:_default' \
'--username=[The user, instead of docker'\''s config; for one registry]:NAME:_default' \
'(--prune --delete --renew)-o+[Print the secrets as manifests instead; asks no cluster]:FORM:((yaml\:"One document a secret"
json\:"One List"))' \
'(--prune --delete --renew)--output=[Print the secrets as manifests instead; asks no cluster]:FORM:((yaml\:"One document a secret"
json\:"One List"))' \
'--dev[The dev variant\: with the overrides of \`dev.overrideImages\`]' \
'--dry-run[Say what would be done and do nothing]' \
'--check[Do nothing; exit 3 if there is something to do]' \
'--exit-unchanged[Exit 4 if nothing changed]' \
'(-v --verbose)-q[Only warnings and errors]' \
'(-v --verbose)--quiet[Only warnings and errors]' \
'*-v[Tell more (repeatable)]' \
'*--verbose[Tell more (repeatable)]' \
'--as-configured[Only for images with \`createPullSecret\` and entries of \`pullSecrets\`; nothing to do where there are no credentials]' \
'(--prune --delete)--renew[Only renew the content of secrets that are there]' \
'--force[Replace secrets of that name that are somebody else'\''s, too]' \
'--prune[Then delete those of ours that nothing needs any more]' \
'(--prune --for --registry --as-configured)--delete[Delete all of ours in this cluster, and make none]' \
'--password-stdin[Read the password from stdin]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_ds-secret_commands] )) ||
_ds-secret_commands() {
    local commands; commands=()
    _describe -t commands 'ds-secret commands' commands "$@"
}


local loaded_as=$funcstack[1]
compdef _ds ds
compdef _ds-build ds-build
compdef _ds-tag ds-tag
compdef _ds-push ds-push
compdef _ds-rewrite ds-rewrite
compdef _ds-secret ds-secret
if [ "$loaded_as" = "_ds" ]; then
    "_${service:-ds}" "$@"
fi
