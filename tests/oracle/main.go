// The oracle: BuildKit's own Dockerfile parser, word lexer and ignore matcher behind
// one line of JSON in, one line of JSON out. Tests ask it what the real code says.
//
// A request names its kind; bytes travel as base64, so that any byte can be asked about.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// Request is one question.
type Request struct {
	Kind string `json:"kind"`
	// Text is a Dockerfile, a word, or an ignore file.
	Text []byte `json:"text"`

	// For words.
	Env        map[string]string `json:"env"`
	Escape     string            `json:"escape"`
	RawQuotes  bool              `json:"raw_quotes"`
	RawEscapes bool              `json:"raw_escapes"`
	Plain      bool              `json:"plain"`
	KeepUnset  bool              `json:"keep_unset"`

	// For ignore files: paths to judge, or a folder to walk.
	Paths    [][]byte `json:"paths"`
	Folder   string   `json:"folder"`
	Patterns []string `json:"patterns"`

	// For what a build reads.
	BuildArgs map[string]string `json:"build_args"`
	Target    string            `json:"target"`
	Platform  string            `json:"platform"`
	BaseEnv   []string          `json:"base_env"`
}

func main() {
	// The scanner behind the word lexer writes of odd bytes on standard error.
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var request Request
		var answer any
		if err := json.Unmarshal(line, &request); err != nil {
			answer = map[string]any{"error": "request: " + err.Error()}
		} else {
			answer = guarded(&request)
		}
		text, err := json.Marshal(answer)
		if err != nil {
			text = []byte(fmt.Sprintf("{\"error\":%q}", err.Error()))
		}
		out.Write(text)
		out.WriteByte('\n')
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}

// A panic of the real code is an answer, too.
func guarded(request *Request) (answer any) {
	defer func() {
		if fault := recover(); fault != nil {
			answer = map[string]any{"error": fmt.Sprintf("panic: %v", fault), "panic": true}
		}
	}()
	found, err := dispatch(request)
	if err != nil {
		return fault(err)
	}
	return found
}

func dispatch(request *Request) (any, error) {
	switch request.Kind {
	case "parse":
		return parse(request)
	case "dump":
		return dump(request)
	case "word":
		return word(request)
	case "ignore":
		return ignore(request)
	case "walk":
		return walk(request)
	case "reads":
		return reads(context.Background(), request)
	case "platform":
		return platform(request)
	}
	return nil, errors.New("no such kind: " + request.Kind)
}
