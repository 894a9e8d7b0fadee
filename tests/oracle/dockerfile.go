package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sort"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// fault is an error's answer: the text, and the lines it is about.
func fault(err error) any {
	answer := map[string]any{"error": err.Error()}
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		ranges := located.Locations[0]
		answer["first"] = ranges[0].Start.Line
		answer["last"] = ranges[len(ranges)-1].End.Line
	}
	return answer
}

// dump is the syntax tree as the parser's own tests print it.
func dump(request *Request) (any, error) {
	result, err := parser.Parse(bytes.NewReader(request.Text))
	if err != nil {
		return nil, err
	}
	lines := []int{}
	for _, child := range result.AST.Children {
		lines = append(lines, child.StartLine, child.EndLine)
	}
	return map[string]any{
		"dump": result.AST.Dump(), "lines": lines, "escape": string(result.EscapeToken),
	}, nil
}

type heredoc struct {
	Name    string `json:"name"`
	Number  uint   `json:"number"`
	Expand  bool   `json:"expand"`
	Chomp   bool   `json:"chomp"`
	Content string `json:"content"`
}

type instruction struct {
	Name     string         `json:"name"`
	First    int            `json:"first"`
	Last     int            `json:"last"`
	Flags    []string       `json:"flags"`
	Heredocs []heredoc      `json:"heredocs"`
	Body     map[string]any `json:"body"`
}

// parse is every instruction as the typed parser has it.
func parse(request *Request) (any, error) {
	result, err := parser.Parse(bytes.NewReader(request.Text))
	if err != nil {
		return nil, err
	}
	// As the frontend does: any fault of any instruction, and the stages.
	lint := linter.New(&linter.Config{})
	stages, _, err := instructions.Parse(result.AST, lint)
	if err != nil {
		return nil, err
	}
	if len(stages) == 0 {
		return nil, errors.New("dockerfile contains no stages to build")
	}
	found := []instruction{}
	for _, node := range result.AST.Children {
		typed, err := instructions.ParseInstructionWithLinter(node, lint)
		if err != nil {
			return nil, err
		}
		one := instruction{
			Name: strings.ToLower(node.Value), First: node.StartLine, Last: node.EndLine,
			Flags: append([]string{}, node.Flags...), Heredocs: []heredoc{}, Body: body(typed),
		}
		for _, doc := range node.Heredocs {
			one.Heredocs = append(one.Heredocs, heredoc{
				doc.Name, doc.FileDescriptor, doc.Expand, doc.Chomp, doc.Content,
			})
		}
		found = append(found, one)
	}
	syntax, _, _, _ := parser.DetectSyntax(request.Text)
	return map[string]any{
		"instructions": found, "escape": string(result.EscapeToken), "syntax": syntax,
	}, nil
}

func body(typed any) map[string]any {
	switch c := typed.(type) {
	case *instructions.Stage:
		return map[string]any{"base": c.BaseName, "name": c.Name}
	case *instructions.ArgCommand:
		args := []any{}
		for _, arg := range c.Args {
			args = append(args, []any{arg.Key, arg.Value})
		}
		return map[string]any{"args": args}
	case *instructions.EnvCommand:
		return map[string]any{"pairs": pairs(c.Env)}
	case *instructions.LabelCommand:
		return map[string]any{"pairs": pairs(c.Labels)}
	case *instructions.CopyCommand:
		return transfer(c.SourcesAndDest)
	case *instructions.AddCommand:
		return transfer(c.SourcesAndDest)
	case *instructions.RunCommand:
		return command(c.ShellDependantCmdLine)
	case *instructions.CmdCommand:
		return command(c.ShellDependantCmdLine)
	case *instructions.EntrypointCommand:
		return command(c.ShellDependantCmdLine)
	case *instructions.ShellCommand:
		return map[string]any{"words": c.Shell}
	case *instructions.VolumeCommand:
		return map[string]any{"words": c.Volumes}
	case *instructions.ExposeCommand:
		ports := append([]string{}, c.Ports...)
		sort.Strings(ports)
		return map[string]any{"words": ports}
	case *instructions.UserCommand:
		return map[string]any{"text": c.User}
	case *instructions.WorkdirCommand:
		return map[string]any{"text": c.Path}
	case *instructions.StopSignalCommand:
		return map[string]any{"text": c.Signal}
	case *instructions.MaintainerCommand:
		return map[string]any{"text": c.Maintainer}
	case *instructions.OnbuildCommand:
		return map[string]any{"text": strings.TrimSpace(c.Expression)}
	case *instructions.HealthCheckCommand:
		return map[string]any{"words": c.Health.Test}
	}
	return map[string]any{}
}

func pairs(list instructions.KeyValuePairs) []any {
	found := []any{}
	for _, pair := range list {
		found = append(found, []any{pair.Key, pair.Value})
	}
	return found
}

func transfer(c instructions.SourcesAndDest) map[string]any {
	documents := []any{}
	for _, doc := range c.SourceContents {
		documents = append(documents, doc.Path)
	}
	return map[string]any{
		"sources": append([]string{}, c.SourcePaths...), "documents": documents,
		"destination": c.DestPath,
	}
}

func command(c instructions.ShellDependantCmdLine) map[string]any {
	return map[string]any{"words": append([]string{}, c.CmdLine...), "shell": c.PrependShell}
}

type variables map[string]string

func (v variables) Get(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

func (v variables) Keys() []string {
	names := []string{}
	for name := range v {
		names = append(names, name)
	}
	return names
}

// word is what the lexer makes of a word: the text, and split.
func word(request *Request) (any, error) {
	escape := []rune(request.Escape)
	if len(escape) != 1 {
		escape = []rune{'\\'}
	}
	lex := shell.NewLex(escape[0])
	lex.RawQuotes, lex.RawEscapes = request.RawQuotes, request.RawEscapes
	lex.SkipProcessQuotes, lex.SkipUnsetEnv = request.Plain, request.KeepUnset
	result, err := lex.ProcessWordWithMatches(string(request.Text), variables(request.Env))
	if err != nil {
		return nil, err
	}
	words := result.Words
	if words == nil {
		words = []string{}
	}
	return map[string]any{
		"text": result.Result, "words": words, "used": names(result.Matched),
		"unset": names(result.Unmatched),
	}, nil
}

func names(set map[string]struct{}) []string {
	found := []string{}
	for name := range set {
		found = append(found, name)
	}
	sort.Strings(found)
	return found
}

func platform(request *Request) (any, error) {
	parsed, err := platforms.Parse(string(request.Text))
	if err != nil {
		return nil, err
	}
	return map[string]any{"os": parsed.OS, "arch": parsed.Architecture, "variant": parsed.Variant}, nil
}

// bases answers for every image: there, with these variables, without triggers.
type bases struct{ config []byte }

func (b bases) ResolveImageConfig(
	_ context.Context, ref string, _ sourceresolver.Opt,
) (string, digest.Digest, []byte, error) {
	return ref, digest.FromBytes(b.config), b.config, nil
}

// reads is what the build's graph takes from the context: the sources of each copy and
// mount, and the paths that the client is asked for.
func reads(ctx context.Context, request *Request) (any, error) {
	target := platforms.DefaultSpec()
	if request.Platform != "" {
		parsed, err := platforms.Parse(request.Platform)
		if err != nil {
			return nil, err
		}
		target = parsed
	}
	image := ocispecs.Image{Platform: target}
	image.Config.Env = request.BaseEnv
	image.RootFS.DiffIDs = []digest.Digest{digest.FromString("layer")}
	config, err := json.Marshal(image)
	if err != nil {
		return nil, err
	}
	caps := pb.Caps.CapSet(pb.Caps.All())
	option := dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{BuildArgs: request.BuildArgs, Target: request.Target},
		TargetPlatform: &target,
		MetaResolver:   bases{config},
		LLBCaps:        &caps,
	}
	result, err := dockerfile2llb.Dockerfile2LLB(ctx, request.Text, option)
	if err != nil {
		return nil, err
	}
	definition, err := result.State.Marshal(ctx, llb.Platform(target))
	if err != nil {
		return nil, err
	}
	return graph(definition)
}

type source struct {
	Path     string   `json:"path"`
	Wildcard bool     `json:"wildcard"`
	Includes []string `json:"includes"`
	Excludes []string `json:"excludes"`
}

// graph finds what is taken from the context in a marshalled build.
func graph(definition *llb.Definition) (any, error) {
	sources, asked := []source{}, []string{}
	contexts := map[string]bool{}
	ops := []*pb.Op{}
	for _, bytes := range definition.Def {
		op := &pb.Op{}
		if err := op.UnmarshalVT(bytes); err != nil {
			return nil, err
		}
		ops = append(ops, op)
		if local := op.GetSource(); local != nil && local.Identifier == "local://context" {
			contexts[string(digest.FromBytes(bytes))] = true
			asked = append(asked, local.Attrs[pb.AttrFollowPaths])
		}
	}
	isContext := func(op *pb.Op, input int64) bool {
		return input >= 0 && int(input) < len(op.Inputs) && contexts[op.Inputs[input].Digest]
	}
	for _, op := range ops {
		for _, action := range op.GetFile().GetActions() {
			copied := action.GetCopy()
			if copied == nil || !isContext(op, action.SecondaryInput) {
				continue
			}
			sources = append(sources, source{
				copied.Src, copied.AllowWildcard, append([]string{}, copied.IncludePatterns...),
				append([]string{}, copied.ExcludePatterns...),
			})
		}
		for _, mount := range op.GetExec().GetMounts() {
			if isContext(op, mount.Input) {
				sources = append(sources, source{mount.Selector, false, []string{}, []string{}})
			}
		}
	}
	return map[string]any{"sources": sources, "asked": asked}, nil
}
