package main

import (
	"bytes"
	"context"
	gofs "io/fs"
	"sort"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
)

// ignore judges paths one by one, handing the folders' results down as a walk does.
func ignore(request *Request) (any, error) {
	patterns := request.Patterns
	if patterns == nil {
		read, err := ignorefile.ReadAll(bytes.NewReader(request.Text))
		if err != nil {
			return nil, err
		}
		patterns = read
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	ignored := []bool{}
	for _, path := range request.Paths {
		// Of the root itself: no pattern has matched.
		info := patternmatcher.MatchInfo{}
		hit := false
		for at := 0; at <= len(path); at++ {
			if at < len(path) && path[at] != '/' {
				continue
			}
			hit, info, err = matcher.MatchesUsingParentResults(string(path[:at]), info)
			if err != nil {
				return nil, err
			}
		}
		ignored = append(ignored, hit)
	}
	return map[string]any{"patterns": patterns, "ignored": ignored}, nil
}

// walk is what a client sends of a folder: the very walk of BuildKit's file sync.
func walk(request *Request) (any, error) {
	patterns, err := ignorefile.ReadAll(bytes.NewReader(request.Text))
	if err != nil {
		return nil, err
	}
	paths := [][]byte{}
	option := &fsutil.FilterOpt{ExcludePatterns: patterns}
	err = fsutil.WalkDir(context.Background(), request.Folder, option,
		func(path string, _ gofs.DirEntry, err error) error {
			if err == nil {
				paths = append(paths, []byte(path))
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	sort.Slice(paths, func(i, j int) bool { return bytes.Compare(paths[i], paths[j]) < 0 })
	return map[string]any{"paths": paths}, nil
}
