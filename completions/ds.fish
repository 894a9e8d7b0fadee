# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ds_global_optspecs
    string join \n list h/help V/version
end

function __fish_ds_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ds_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ds_using_subcommand
    set -l cmd (__fish_ds_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ds -n "__fish_ds_needs_command" -l list -d 'List all commands: the steps, ds\'s own, and those of plugins on PATH'
complete -c ds -n "__fish_ds_needs_command" -s h -l help -d 'Print help'
complete -c ds -n "__fish_ds_needs_command" -s V -l version -d 'Print version'
complete -c ds -n "__fish_ds_needs_command" -f -a "init" -d 'Writes a devspace.yaml for the project in this folder'
complete -c ds -n "__fish_ds_needs_command" -f -a "deploy" -d 'Builds, tags, pushes and rewrites, then deploys'
complete -c ds -n "__fish_ds_needs_command" -f -a "dev" -d 'Deploys the dev variant and follows the logs of its pods'
complete -c ds -n "__fish_ds_needs_command" -f -a "status" -d 'Shows each image\'s card, and what runs of it in the cluster'
complete -c ds -n "__fish_ds_needs_command" -f -a "purge" -d 'Takes what was deployed out of the cluster'
complete -c ds -n "__fish_ds_needs_command" -f -a "state" -d 'Shows states, and merges two into one'
complete -c ds -n "__fish_ds_needs_command" -f -a "schema" -d 'Prints the JSON Schema of a file'
complete -c ds -n "__fish_ds_needs_command" -f -a "doctor" -d 'Looks whether everything that ds needs is there'
complete -c ds -n "__fish_ds_needs_command" -f -a "completions" -d 'Prints completions for a shell, of ds and of every step'
complete -c ds -n "__fish_ds_needs_command" -f -a "man" -d 'Prints ds\'s man page, or writes all of them into a folder'
complete -c ds -n "__fish_ds_needs_command" -f -a "help" -d 'Shows the help of a command'
complete -c ds -n "__fish_ds_needs_command" -f -a "build" -d 'Builds the images of devspace.yaml, those whose inputs changed'
complete -c ds -n "__fish_ds_needs_command" -f -a "tag" -d 'Computes the tags that built images shall have'
complete -c ds -n "__fish_ds_needs_command" -f -a "push" -d 'Gives built images their tags and sends them to their registries'
complete -c ds -n "__fish_ds_needs_command" -f -a "rewrite" -d 'Puts the new image references into manifests, and changes no other byte'
complete -c ds -n "__fish_ds_needs_command" -f -a "secret" -d 'Puts image pull secrets where pods need them'
complete -c ds -n "__fish_ds_needs_command" -f -a "why" -d 'Say why an image would be built'
complete -c ds -n "__fish_ds_needs_command" -f -a "key" -d 'Print an image\'s content key'
complete -c ds -n "__fish_ds_needs_command" -f -a "affected" -d 'Tell which images a git diff touches, without engine or registry'
complete -c ds -n "__fish_ds_needs_command" -f -a "lock" -d 'Pin base images to digests, in devspace.lock beside the config'
complete -c ds -n "__fish_ds_needs_command" -f -a "cache" -d 'Show or empty the store of base images and build steps'
complete -c ds -n "__fish_ds_needs_command" -f -a "copy" -d 'Copy an image between registries, OCI layouts and archives'
complete -c ds -n "__fish_ds_needs_command" -f -a "gc" -d 'Find and delete what old keys left in the registries'
complete -c ds -n "__fish_ds_using_subcommand init" -l image -d 'The image to build, with its registry: registry.example.com/team/app' -r
complete -c ds -n "__fish_ds_using_subcommand init" -l dockerfile -d 'The Dockerfile [default: ./Dockerfile]' -r -F
complete -c ds -n "__fish_ds_using_subcommand init" -l context -d 'The folder that the build sees [default: this folder]' -r -F
complete -c ds -n "__fish_ds_using_subcommand init" -l port -d 'The port that the program listens on [default: the one that the Dockerfile exposes]' -r
complete -c ds -n "__fish_ds_using_subcommand init" -l namespace -d 'The namespace to deploy to [default: that of the kube context]' -r
complete -c ds -n "__fish_ds_using_subcommand init" -l pull-secret -d 'Let the cluster pull the image with this machine\'s credentials'
complete -c ds -n "__fish_ds_using_subcommand init" -s r -l reconfigure -d 'Write a new devspace.yaml; the old one is kept as devspace.yaml.bak'
complete -c ds -n "__fish_ds_using_subcommand init" -s y -l yes -d 'Ask nothing: take what is suggested'
complete -c ds -n "__fish_ds_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand deploy" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand deploy" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand deploy" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand deploy" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand deploy" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -s n -l namespace -d 'The namespace of what names none [default: the config\'s, else the kube context\'s]' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l kube-context -d 'The kube context [default: the config\'s, else the current one]' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l deployments -d 'Only these deployments, by name' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l reuse -d 'Take images that other machines built from the same inputs, and push so that they find ours [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand deploy" -l to -d 'Go back to the references of the deploy before the last one; builds nothing' -r -f -a "previous\t''"
complete -c ds -n "__fish_ds_using_subcommand deploy" -l plan -d 'Write what would be done to this file, as JSON, and do nothing' -r -F
complete -c ds -n "__fish_ds_using_subcommand deploy" -l from -d 'Carry out the plan in this file, if nothing that it saw has changed since' -r -F
complete -c ds -n "__fish_ds_using_subcommand deploy" -l timeout -d 'How long `--wait` waits: seconds, or 90s, 5m, 1h30m [default: 5m]' -r
complete -c ds -n "__fish_ds_using_subcommand deploy" -l output -d 'How the result is printed' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand deploy" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand deploy" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand deploy" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l render -d 'Print the manifests that would be applied, and apply nothing'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l diff -d 'Print what would change in the cluster, by the server\'s own word, and change nothing'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l skip-build -d 'Build nothing: take what the state has'
complete -c ds -n "__fish_ds_using_subcommand deploy" -s b -l force-build -d 'Build even where nothing changed'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l skip-push -d 'Give the tags, upload nothing'
complete -c ds -n "__fish_ds_using_subcommand deploy" -s d -l force-deploy -d 'Apply even where nothing changed'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l force-conflicts -d 'Take fields that other field managers have'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l wait -d 'Wait until the workloads are up; exit 1, with the reason, where one does not come up'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l no-hooks -d 'Run no hooks of the config'
complete -c ds -n "__fish_ds_using_subcommand deploy" -l ignore-dependencies -d 'Deploy without the config\'s `dependencies`'
complete -c ds -n "__fish_ds_using_subcommand deploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand dev" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand dev" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand dev" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand dev" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand dev" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand dev" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -s n -l namespace -d 'The namespace of what names none [default: the config\'s, else the kube context\'s]' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -l kube-context -d 'The kube context [default: the config\'s, else the current one]' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -l deployments -d 'Only these deployments, by name' -r
complete -c ds -n "__fish_ds_using_subcommand dev" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand dev" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand dev" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand dev" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand dev" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand dev" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand dev" -s w -l watch -d 'Build and deploy again when inputs of images, manifests, charts or the config change'
complete -c ds -n "__fish_ds_using_subcommand dev" -s x -l exit-after-deploy -d 'End after the deploy, and follow no logs'
complete -c ds -n "__fish_ds_using_subcommand dev" -l skip-build -d 'Build nothing: take what the state has'
complete -c ds -n "__fish_ds_using_subcommand dev" -s b -l force-build -d 'Build even where nothing changed'
complete -c ds -n "__fish_ds_using_subcommand dev" -l skip-push -d 'Give the tags, upload nothing'
complete -c ds -n "__fish_ds_using_subcommand dev" -s d -l force-deploy -d 'Apply even where nothing changed'
complete -c ds -n "__fish_ds_using_subcommand dev" -l force-conflicts -d 'Take fields that other field managers have'
complete -c ds -n "__fish_ds_using_subcommand dev" -l no-hooks -d 'Run no hooks of the config'
complete -c ds -n "__fish_ds_using_subcommand dev" -l ignore-dependencies -d 'Deploy without the config\'s `dependencies`'
complete -c ds -n "__fish_ds_using_subcommand dev" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand status" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand status" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand status" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand status" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand status" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand status" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand status" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand status" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand status" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand status" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand status" -s n -l namespace -d 'The namespace of what names none [default: the config\'s, else the kube context\'s]' -r
complete -c ds -n "__fish_ds_using_subcommand status" -l kube-context -d 'The kube context [default: the config\'s, else the current one]' -r
complete -c ds -n "__fish_ds_using_subcommand status" -l deployments -d 'Only these deployments, by name' -r
complete -c ds -n "__fish_ds_using_subcommand status" -s o -l output -d 'How the result is printed' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand status" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand status" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand status" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand status" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand status" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand status" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand purge" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand purge" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand purge" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand purge" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand purge" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand purge" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -s n -l namespace -d 'The namespace of what names none [default: the config\'s, else the kube context\'s]' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -l kube-context -d 'The kube context [default: the config\'s, else the current one]' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -l deployments -d 'Only these deployments, by name' -r
complete -c ds -n "__fish_ds_using_subcommand purge" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand purge" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand purge" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand purge" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand purge" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand purge" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand purge" -l secrets -d 'The pull secrets that ds made, too, and their names in service accounts'
complete -c ds -n "__fish_ds_using_subcommand purge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand state; and not __fish_seen_subcommand_from show merge" -s h -l help -d 'Print help'
complete -c ds -n "__fish_ds_using_subcommand state; and not __fish_seen_subcommand_from show merge" -f -a "show" -d 'Shows what the state knows of each image'
complete -c ds -n "__fish_ds_using_subcommand state; and not __fish_seen_subcommand_from show merge" -f -a "merge" -d 'Merges two states into one'
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from show" -l state -d 'The state file; `-` is stdin [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from show" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from show" -l image -d 'Only this image (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from show" -l output -d 'What is printed' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from merge" -l prefer -d 'Which of the two counts where they differ' -r -f -a "a\t''
b\t''"
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from merge" -s o -l output -d 'The file to write; it may be A or B [default: stdout]' -r -F
complete -c ds -n "__fish_ds_using_subcommand state; and __fish_seen_subcommand_from merge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand doctor" -l state -d 'The state file [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand doctor" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand completions" -l write -d 'Write the files of all shells and the man pages into this folder' -r -F
complete -c ds -n "__fish_ds_using_subcommand completions" -s h -l help -d 'Print help'
complete -c ds -n "__fish_ds_using_subcommand man" -s h -l help -d 'Print help'
complete -c ds -n "__fish_ds_using_subcommand help" -s h -l help -d 'Print help'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l label -d 'A label for every image (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l load -d 'Take the images that the embedded builder made into an `engine`, or into `containerd[:NAMESPACE]` by its ctr' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l save -d 'Write them into a file: docker-archive:FILE or oci-archive:FILE' -r
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l depfile -d 'Write the inputs as a rule for GNU make into this file; it and the stamp are best kept in a folder that no image takes' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -s b -l force -l force-build -d 'Build even where nothing changed'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l pull -d 'Look for newer base images'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l no-cache -d 'Use no layer of earlier builds'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l explain -d 'For each image, say why it is built or not'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -l no-hooks -d 'Run no hooks of the config'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -s V -l version -d 'Print version'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -f -a "key" -d 'Print an image\'s content key'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -f -a "why" -d 'Say why an image would be built'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -f -a "affected" -d 'Tell which images a git diff touches, without engine or registry'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -f -a "lock" -d 'Pin base images to digests, in devspace.lock beside the config'
complete -c ds -n "__fish_ds_using_subcommand build; and not __fish_seen_subcommand_from key why affected lock cache" -f -a "cache" -d 'Show or empty the store of base images and build steps'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l label -d 'A label for every image (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l list -d 'Print the canonical list that the key is the SHA-256 of'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l verify -d 'Compare with the card: exit 3 if it is another key'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l label -d 'A label for every image (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l not -d 'Explain a skip: what was compared, and when the image was built'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from why" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l base -d 'The revision to compare with, such as origin/main: with the commit where HEAD left it (the merge base), so that what others did there meanwhile does not count' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line for each affected image: its name, then why'
json\t'One JSON value, images that are not affected included'
github-matrix\t'One line of JSON that a GitHub workflow takes as `strategy.matrix` by `fromJSON`'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l label -d 'A label for every image (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l direct -d 'Compare with REV itself'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from affected" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l update -d 'Ask for the present digests of all bases, or of these images\' or these bases alone' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l label -d 'A label for every image (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l label -d 'A label for every image (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -f -a "info" -d 'Tell how much is in the store'
complete -c ds -n "__fish_ds_using_subcommand build; and __fish_seen_subcommand_from cache" -f -a "prune" -d 'Remove what was used least recently, while no build runs'
complete -c ds -n "__fish_ds_using_subcommand tag" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand tag" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand tag" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand tag" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand tag" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand tag" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand tag" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand tag" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand tag" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand tag" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand tag" -s t -l tag -d 'The tag instead of the config\'s (repeatable); `auto`, or text with ${KEY}, ${ID}, ${RANDOM}, ${TIMESTAMP}, ${GIT_COMMIT}, ${GIT_BRANCH}, ${GIT_DIRTY}' -r
complete -c ds -n "__fish_ds_using_subcommand tag" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand tag" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand tag" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand tag" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand tag" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand tag" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand tag" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand tag" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand tag" -s V -l version -d 'Print version'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l reuse -d 'Push each image under the name of its key too, where other machines look for it [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -l skip-push -d 'Give the tags, upload nothing'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -s f -l force -d 'Push even what was pushed already'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -s V -l version -d 'Print version'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -f -a "copy" -d 'Copy an image between registries, OCI layouts and archives'
complete -c ds -n "__fish_ds_using_subcommand push; and not __fish_seen_subcommand_from copy gc" -f -a "gc" -d 'Find and delete what old keys left in the registries'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l platform -d 'Only the image of this platform: os/arch[/variant] [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l older-than -d 'Keep what was built in this time: a number with d, h, m or s' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l yes -d 'Delete what is listed'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand push; and __fish_seen_subcommand_from gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand rewrite" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l unresolved -d 'What an image is that is known, but cannot be written, and one that stands where a rule expects another, or a known one' -r -f -a "error\t''
warn\t''
ignore\t''"
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l rule -d 'A further place, with `kind`, `apiVersion`, `name` (all with `*`), `path`, `image`, `part` and `known`: `kind=Job,path=spec.**.env[name=SIDECAR].value`, or, for one of two images with one repository, `path=**.containers[name=debug].image,image=debug`. With an image, a path without wildcards expects it there; `known=true` expects known images at all of its places (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l exclude -d 'A place to leave alone, with all below it: `kind=ConfigMap,path=data` (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l set -d 'Write REF for the image NAME: an image of the config, or a repository (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l from -d 'Take references from a file of another tool; `-` is stdin (repeatable: the last one counts). Locks of kbld and imgpkg, `skaffold build --file-output`, `docker buildx build|bake --metadata-file`, jib-image.json, kustomization.yaml, and lists of references as of `ko --image-refs`, told by their content' -r -F
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l to -d 'Write the references of the last deploy, not those of the last tag' -r -f -a "previous\t''"
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l namespace -d 'With `--to`: only deploys to this namespace' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l deployment -d 'With `--to`: only deploys of this deployment of the config' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l cluster -d 'With `--to`: only deploys to the cluster whose namespace `kube-system` has this uid' -r
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l form -d 'What is written: the tag, tag and digest where that is known, or the digest alone' -r -f -a "tag\t''
both\t''
digest\t''"
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l output-dir -d 'Write the manifests below this folder, each under its path from the working folder; one from elsewhere as `cp -r` would' -r -F
complete -c ds -n "__fish_ds_using_subcommand rewrite" -s o -l output -d 'With `--list`: how it is printed' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l edits -d 'Print the edits as JSON instead of the manifests' -r -f -a "json\t''"
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l keep-going -d 'Leave bad files out, and do the others; the exit code is that of the first bad one'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l everywhere -d 'Also replace any string that is wholly such a reference, under whatever key'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l digest -d 'Write `repository:tag@digest` where the digest is known: `--form both`'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l in-place -d 'Rewrite the files where they are: those that change, all or none'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l stream -d 'Print each document as soon as it is whole, in place of all or nothing: what stands behind a bad document is not printed'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l list -d 'Print the images that the manifests name instead of the manifests'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -l diff -d 'Print the edits as a diff for `git apply` or `patch -p1` instead of the manifests'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand rewrite" -s V -l version -d 'Print version'
complete -c ds -n "__fish_ds_using_subcommand secret" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds -n "__fish_ds_using_subcommand secret" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds -n "__fish_ds_using_subcommand secret" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds -n "__fish_ds_using_subcommand secret" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds -n "__fish_ds_using_subcommand secret" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds -n "__fish_ds_using_subcommand secret" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -s n -l namespace -d 'The namespace of what names none [default: the config\'s, else the kube context\'s]' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l kube-context -d 'The kube context [default: the config\'s, else the current one]' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l for -d 'Manifests whose pods need them: files, folders, patterns, or `-` for stdin (repeatable) [default: the config\'s deployments]' -r -F
complete -c ds -n "__fish_ds_using_subcommand secret" -l registry -d 'Only this registry, in the config or not (repeatable) [default: those of all images]' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l within -d 'Take a password that ends within this time for ended: `90m`, `12h`, `2d`' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -l username -d 'The user, instead of docker\'s config; for one registry' -r
complete -c ds -n "__fish_ds_using_subcommand secret" -s o -l output -d 'Print the secrets as manifests instead; asks no cluster' -r -f -a "yaml\t'One document a secret'
json\t'One List'"
complete -c ds -n "__fish_ds_using_subcommand secret" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds -n "__fish_ds_using_subcommand secret" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds -n "__fish_ds_using_subcommand secret" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds -n "__fish_ds_using_subcommand secret" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds -n "__fish_ds_using_subcommand secret" -s q -l quiet -d 'Only warnings and errors'
complete -c ds -n "__fish_ds_using_subcommand secret" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds -n "__fish_ds_using_subcommand secret" -l as-configured -d 'Only for images with `createPullSecret` and entries of `pullSecrets`; nothing to do where there are no credentials'
complete -c ds -n "__fish_ds_using_subcommand secret" -l renew -d 'Only renew the content of secrets that are there'
complete -c ds -n "__fish_ds_using_subcommand secret" -l force -d 'Replace secrets of that name that are somebody else\'s, too'
complete -c ds -n "__fish_ds_using_subcommand secret" -l prune -d 'Then delete those of ours that nothing needs any more'
complete -c ds -n "__fish_ds_using_subcommand secret" -l delete -d 'Delete all of ours in this cluster, and make none'
complete -c ds -n "__fish_ds_using_subcommand secret" -l password-stdin -d 'Read the password from stdin'
complete -c ds -n "__fish_ds_using_subcommand secret" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand secret" -s V -l version -d 'Print version'
complete -c ds -n "__fish_ds_using_subcommand why" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand why" -l not -d 'Explain a skip: what was compared, and when the image was built'
complete -c ds -n "__fish_ds_using_subcommand why" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand key" -l list -d 'Print the canonical list that the key is the SHA-256 of'
complete -c ds -n "__fish_ds_using_subcommand key" -l verify -d 'Compare with the card: exit 3 if it is another key'
complete -c ds -n "__fish_ds_using_subcommand key" -s h -l help -d 'Print help'
complete -c ds -n "__fish_ds_using_subcommand affected" -l base -d 'The revision to compare with, such as origin/main: with the commit where HEAD left it (the merge base), so that what others did there meanwhile does not count' -r
complete -c ds -n "__fish_ds_using_subcommand affected" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line for each affected image: its name, then why'
json\t'One JSON value, images that are not affected included'
github-matrix\t'One line of JSON that a GitHub workflow takes as `strategy.matrix` by `fromJSON`'"
complete -c ds -n "__fish_ds_using_subcommand affected" -l direct -d 'Compare with REV itself'
complete -c ds -n "__fish_ds_using_subcommand affected" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand lock" -l update -d 'Ask for the present digests of all bases, or of these images\' or these bases alone' -r
complete -c ds -n "__fish_ds_using_subcommand lock" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand cache; and not __fish_seen_subcommand_from info prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand cache; and not __fish_seen_subcommand_from info prune" -f -a "info" -d 'Tell how much is in the store'
complete -c ds -n "__fish_ds_using_subcommand cache; and not __fish_seen_subcommand_from info prune" -f -a "prune" -d 'Remove what was used least recently, while no build runs'
complete -c ds -n "__fish_ds_using_subcommand cache; and __fish_seen_subcommand_from info" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand cache; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand cache; and __fish_seen_subcommand_from prune" -l max-size -d 'Keep at most this: a number with K, M, G or T [default: $DS_CACHE_SIZE]' -r
complete -c ds -n "__fish_ds_using_subcommand cache; and __fish_seen_subcommand_from prune" -l older-than -d 'Remove what was not used in this time: a number with d, h, m or s' -r
complete -c ds -n "__fish_ds_using_subcommand cache; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help'
complete -c ds -n "__fish_ds_using_subcommand copy" -l platform -d 'Only the image of this platform: os/arch[/variant] [default: all]' -r
complete -c ds -n "__fish_ds_using_subcommand copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds -n "__fish_ds_using_subcommand gc" -l older-than -d 'Keep what was built in this time: a number with d, h, m or s' -r
complete -c ds -n "__fish_ds_using_subcommand gc" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds -n "__fish_ds_using_subcommand gc" -l yes -d 'Delete what is listed'
complete -c ds -n "__fish_ds_using_subcommand gc" -s h -l help -d 'Print help (see more with \'--help\')'

# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ds_build_global_optspecs
    string join \n state= config= use-config= profile= var= image= dev progress= dry-run check exit-unchanged stamp= q/quiet v/verbose color= j/jobs= builder= platform= b/force pull no-cache build-arg= label= secret= ssh= explain reuse= no-hooks load= save= depfile= output= h/help V/version
end

function __fish_ds_build_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ds_build_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ds_build_using_subcommand
    set -l cmd (__fish_ds_build_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ds-build -n "__fish_ds_build_needs_command" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_needs_command" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_needs_command" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_needs_command" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds-build -n "__fish_ds_build_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_needs_command" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_needs_command" -l load -d 'Take the images that the embedded builder made into an `engine`, or into `containerd[:NAMESPACE]` by its ctr' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l save -d 'Write them into a file: docker-archive:FILE or oci-archive:FILE' -r
complete -c ds-build -n "__fish_ds_build_needs_command" -l depfile -d 'Write the inputs as a rule for GNU make into this file; it and the stamp are best kept in a folder that no image takes' -r -F
complete -c ds-build -n "__fish_ds_build_needs_command" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-build -n "__fish_ds_build_needs_command" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_needs_command" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_needs_command" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_needs_command" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_needs_command" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_needs_command" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_needs_command" -s b -l force -l force-build -d 'Build even where nothing changed'
complete -c ds-build -n "__fish_ds_build_needs_command" -l pull -d 'Look for newer base images'
complete -c ds-build -n "__fish_ds_build_needs_command" -l no-cache -d 'Use no layer of earlier builds'
complete -c ds-build -n "__fish_ds_build_needs_command" -l explain -d 'For each image, say why it is built or not'
complete -c ds-build -n "__fish_ds_build_needs_command" -l no-hooks -d 'Run no hooks of the config'
complete -c ds-build -n "__fish_ds_build_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_needs_command" -s V -l version -d 'Print version'
complete -c ds-build -n "__fish_ds_build_needs_command" -f -a "key" -d 'Print an image\'s content key'
complete -c ds-build -n "__fish_ds_build_needs_command" -f -a "why" -d 'Say why an image would be built'
complete -c ds-build -n "__fish_ds_build_needs_command" -f -a "affected" -d 'Tell which images a git diff touches, without engine or registry'
complete -c ds-build -n "__fish_ds_build_needs_command" -f -a "lock" -d 'Pin base images to digests, in devspace.lock beside the config'
complete -c ds-build -n "__fish_ds_build_needs_command" -f -a "cache" -d 'Show or empty the store of base images and build steps'
complete -c ds-build -n "__fish_ds_build_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l list -d 'Print the canonical list that the key is the SHA-256 of'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l verify -d 'Compare with the card: exit 3 if it is another key'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_using_subcommand key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l not -d 'Explain a skip: what was compared, and when the image was built'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_using_subcommand why" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l base -d 'The revision to compare with, such as origin/main: with the commit where HEAD left it (the merge base), so that what others did there meanwhile does not count' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line for each affected image: its name, then why'
json\t'One JSON value, images that are not affected included'
github-matrix\t'One line of JSON that a GitHub workflow takes as `strategy.matrix` by `fromJSON`'"
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l direct -d 'Compare with REV itself'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_using_subcommand affected" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l update -d 'Ask for the present digests of all bases, or of these images\' or these bases alone' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_using_subcommand lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -f -a "info" -d 'Tell how much is in the store'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -f -a "prune" -d 'Remove what was used least recently, while no build runs'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and not __fish_seen_subcommand_from info prune help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l max-size -d 'Keep at most this: a number with K, M, G or T [default: $DS_CACHE_SIZE]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l older-than -d 'Remove what was not used in this time: a number with d, h, m or s' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l builder -d 'Who builds: `docker` (the engine\'s own choice), `classic`, `buildkit`, or `embedded`, which needs no engine [default: what the config says, else an engine that answers, else `embedded`]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l platform -d 'Build for this platform: os/arch[/variant]' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l build-arg -d 'A build argument for every image; without a value, the environment\'s (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l label -d 'A label for every image (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l secret -d 'A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of that name (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l ssh -d 'An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is SSH_AUTH_SOCK\'s unless another is given (repeatable)' -r
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l reuse -d 'Take an image that another machine built from the same inputs, and build nothing [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "info" -d 'Tell how much is in the store'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "prune" -d 'Remove what was used least recently, while no build runs'
complete -c ds-build -n "__fish_ds_build_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and not __fish_seen_subcommand_from key why affected lock cache help" -f -a "key" -d 'Print an image\'s content key'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and not __fish_seen_subcommand_from key why affected lock cache help" -f -a "why" -d 'Say why an image would be built'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and not __fish_seen_subcommand_from key why affected lock cache help" -f -a "affected" -d 'Tell which images a git diff touches, without engine or registry'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and not __fish_seen_subcommand_from key why affected lock cache help" -f -a "lock" -d 'Pin base images to digests, in devspace.lock beside the config'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and not __fish_seen_subcommand_from key why affected lock cache help" -f -a "cache" -d 'Show or empty the store of base images and build steps'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and not __fish_seen_subcommand_from key why affected lock cache help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "info" -d 'Tell how much is in the store'
complete -c ds-build -n "__fish_ds_build_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "prune" -d 'Remove what was used least recently, while no build runs'

complete -c ds-tag -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-tag -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-tag -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-tag -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-tag -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-tag -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-tag -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-tag -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds-tag -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-tag -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-tag -s t -l tag -d 'The tag instead of the config\'s (repeatable); `auto`, or text with ${KEY}, ${ID}, ${RANDOM}, ${TIMESTAMP}, ${GIT_COMMIT}, ${GIT_BRANCH}, ${GIT_DIRTY}' -r
complete -c ds-tag -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-tag -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-tag -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-tag -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-tag -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-tag -s q -l quiet -d 'Only warnings and errors'
complete -c ds-tag -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-tag -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-tag -s V -l version -d 'Print version'

# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ds_push_global_optspecs
    string join \n state= config= use-config= profile= var= image= dev progress= dry-run check exit-unchanged stamp= q/quiet v/verbose color= j/jobs= skip-push f/force reuse= output= h/help V/version
end

function __fish_ds_push_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ds_push_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ds_push_using_subcommand
    set -l cmd (__fish_ds_push_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ds-push -n "__fish_ds_push_needs_command" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-push -n "__fish_ds_push_needs_command" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-push -n "__fish_ds_push_needs_command" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-push -n "__fish_ds_push_needs_command" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-push -n "__fish_ds_push_needs_command" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-push -n "__fish_ds_push_needs_command" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-push -n "__fish_ds_push_needs_command" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-push -n "__fish_ds_push_needs_command" -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds-push -n "__fish_ds_push_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-push -n "__fish_ds_push_needs_command" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-push -n "__fish_ds_push_needs_command" -l reuse -d 'Push each image under the name of its key too, where other machines look for it [default: what the config says]' -r -f -a "registry\t'In its own repository, by the name of its key'
never\t'Nowhere, whatever the config says'"
complete -c ds-push -n "__fish_ds_push_needs_command" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-push -n "__fish_ds_push_needs_command" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-push -n "__fish_ds_push_needs_command" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-push -n "__fish_ds_push_needs_command" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-push -n "__fish_ds_push_needs_command" -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-push -n "__fish_ds_push_needs_command" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-push -n "__fish_ds_push_needs_command" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-push -n "__fish_ds_push_needs_command" -l skip-push -d 'Give the tags, upload nothing'
complete -c ds-push -n "__fish_ds_push_needs_command" -s f -l force -d 'Push even what was pushed already'
complete -c ds-push -n "__fish_ds_push_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-push -n "__fish_ds_push_needs_command" -s V -l version -d 'Print version'
complete -c ds-push -n "__fish_ds_push_needs_command" -f -a "copy" -d 'Copy an image between registries, OCI layouts and archives'
complete -c ds-push -n "__fish_ds_push_needs_command" -f -a "gc" -d 'Find and delete what old keys left in the registries'
complete -c ds-push -n "__fish_ds_push_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l platform -d 'Only the image of this platform: os/arch[/variant] [default: all]' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-push -n "__fish_ds_push_using_subcommand copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l older-than -d 'Keep what was built in this time: a number with d, h, m or s' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l output -d 'What is printed on stdout' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l yes -d 'Delete what is listed'
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -s q -l quiet -d 'Only warnings and errors'
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-push -n "__fish_ds_push_using_subcommand gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-push -n "__fish_ds_push_using_subcommand help; and not __fish_seen_subcommand_from copy gc help" -f -a "copy" -d 'Copy an image between registries, OCI layouts and archives'
complete -c ds-push -n "__fish_ds_push_using_subcommand help; and not __fish_seen_subcommand_from copy gc help" -f -a "gc" -d 'Find and delete what old keys left in the registries'
complete -c ds-push -n "__fish_ds_push_using_subcommand help; and not __fish_seen_subcommand_from copy gc help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'

complete -c ds-rewrite -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-rewrite -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-rewrite -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-rewrite -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-rewrite -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-rewrite -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-rewrite -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-rewrite -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds-rewrite -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-rewrite -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-rewrite -l unresolved -d 'What an image is that is known, but cannot be written, and one that stands where a rule expects another, or a known one' -r -f -a "error\t''
warn\t''
ignore\t''"
complete -c ds-rewrite -l rule -d 'A further place, with `kind`, `apiVersion`, `name` (all with `*`), `path`, `image`, `part` and `known`: `kind=Job,path=spec.**.env[name=SIDECAR].value`, or, for one of two images with one repository, `path=**.containers[name=debug].image,image=debug`. With an image, a path without wildcards expects it there; `known=true` expects known images at all of its places (repeatable)' -r
complete -c ds-rewrite -l exclude -d 'A place to leave alone, with all below it: `kind=ConfigMap,path=data` (repeatable)' -r
complete -c ds-rewrite -l set -d 'Write REF for the image NAME: an image of the config, or a repository (repeatable)' -r
complete -c ds-rewrite -l from -d 'Take references from a file of another tool; `-` is stdin (repeatable: the last one counts). Locks of kbld and imgpkg, `skaffold build --file-output`, `docker buildx build|bake --metadata-file`, jib-image.json, kustomization.yaml, and lists of references as of `ko --image-refs`, told by their content' -r -F
complete -c ds-rewrite -l to -d 'Write the references of the last deploy, not those of the last tag' -r -f -a "previous\t''"
complete -c ds-rewrite -l namespace -d 'With `--to`: only deploys to this namespace' -r
complete -c ds-rewrite -l deployment -d 'With `--to`: only deploys of this deployment of the config' -r
complete -c ds-rewrite -l cluster -d 'With `--to`: only deploys to the cluster whose namespace `kube-system` has this uid' -r
complete -c ds-rewrite -l form -d 'What is written: the tag, tag and digest where that is known, or the digest alone' -r -f -a "tag\t''
both\t''
digest\t''"
complete -c ds-rewrite -l output-dir -d 'Write the manifests below this folder, each under its path from the working folder; one from elsewhere as `cp -r` would' -r -F
complete -c ds-rewrite -s o -l output -d 'With `--list`: how it is printed' -r -f -a "text\t'A line an image'
json\t'One JSON value'"
complete -c ds-rewrite -l edits -d 'Print the edits as JSON instead of the manifests' -r -f -a "json\t''"
complete -c ds-rewrite -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-rewrite -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-rewrite -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-rewrite -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-rewrite -s q -l quiet -d 'Only warnings and errors'
complete -c ds-rewrite -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-rewrite -l keep-going -d 'Leave bad files out, and do the others; the exit code is that of the first bad one'
complete -c ds-rewrite -l everywhere -d 'Also replace any string that is wholly such a reference, under whatever key'
complete -c ds-rewrite -l digest -d 'Write `repository:tag@digest` where the digest is known: `--form both`'
complete -c ds-rewrite -l in-place -d 'Rewrite the files where they are: those that change, all or none'
complete -c ds-rewrite -l stream -d 'Print each document as soon as it is whole, in place of all or nothing: what stands behind a bad document is not printed'
complete -c ds-rewrite -l list -d 'Print the images that the manifests name instead of the manifests'
complete -c ds-rewrite -l diff -d 'Print the edits as a diff for `git apply` or `patch -p1` instead of the manifests'
complete -c ds-rewrite -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-rewrite -s V -l version -d 'Print version'

complete -c ds-secret -l state -d 'The state file; `-` reads it from stdin and writes it to stdout [default: .devspace/state.json beside the config]' -r -F
complete -c ds-secret -l config -d 'The config file [default: devspace.yaml, looked for upward]' -r -F
complete -c ds-secret -l use-config -d 'A config of devspace-configs.yaml' -r
complete -c ds-secret -l profile -d 'A profile of the config (repeatable)' -r
complete -c ds-secret -l var -d 'The value of a config variable (repeatable)' -r
complete -c ds-secret -l image -d 'Only this image of the config (repeatable) [default: all]' -r
complete -c ds-secret -l progress -d 'How progress is shown, on stderr' -r -f -a "auto\t'Live lines on a terminal, plain ones elsewhere'
plain\t''
json\t'One JSON object a line, on stderr'
none\t''"
complete -c ds-secret -l stamp -d 'Touch this file when something was done, and make it when it is missing' -r -F
complete -c ds-secret -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ds-secret -s j -l jobs -d 'How many images at once [default: the number of processors]' -r
complete -c ds-secret -s n -l namespace -d 'The namespace of what names none [default: the config\'s, else the kube context\'s]' -r
complete -c ds-secret -l kube-context -d 'The kube context [default: the config\'s, else the current one]' -r
complete -c ds-secret -l for -d 'Manifests whose pods need them: files, folders, patterns, or `-` for stdin (repeatable) [default: the config\'s deployments]' -r -F
complete -c ds-secret -l registry -d 'Only this registry, in the config or not (repeatable) [default: those of all images]' -r
complete -c ds-secret -l within -d 'Take a password that ends within this time for ended: `90m`, `12h`, `2d`' -r
complete -c ds-secret -l username -d 'The user, instead of docker\'s config; for one registry' -r
complete -c ds-secret -s o -l output -d 'Print the secrets as manifests instead; asks no cluster' -r -f -a "yaml\t'One document a secret'
json\t'One List'"
complete -c ds-secret -l dev -d 'The dev variant: with the overrides of `dev.overrideImages`'
complete -c ds-secret -l dry-run -d 'Say what would be done and do nothing'
complete -c ds-secret -l check -d 'Do nothing; exit 3 if there is something to do'
complete -c ds-secret -l exit-unchanged -d 'Exit 4 if nothing changed'
complete -c ds-secret -s q -l quiet -d 'Only warnings and errors'
complete -c ds-secret -s v -l verbose -d 'Tell more (repeatable)'
complete -c ds-secret -l as-configured -d 'Only for images with `createPullSecret` and entries of `pullSecrets`; nothing to do where there are no credentials'
complete -c ds-secret -l renew -d 'Only renew the content of secrets that are there'
complete -c ds-secret -l force -d 'Replace secrets of that name that are somebody else\'s, too'
complete -c ds-secret -l prune -d 'Then delete those of ours that nothing needs any more'
complete -c ds-secret -l delete -d 'Delete all of ours in this cluster, and make none'
complete -c ds-secret -l password-stdin -d 'Read the password from stdin'
complete -c ds-secret -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ds-secret -s V -l version -d 'Print version'

