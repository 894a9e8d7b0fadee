// The loop that most tools of the field have at heart: each document is decoded with
// yaml.v3, the images in it are replaced, and it is printed again.
//
//	rivals REPOSITORY=REFERENCE... <in >out
package main

import (
	"bufio"
	"errors"
	"io"
	"log"
	"os"
	"strings"

	"gopkg.in/yaml.v3"
)

func main() {
	images := map[string]string{}
	for _, word := range os.Args[1:] {
		name, reference, _ := strings.Cut(word, "=")
		images[name] = reference
	}
	in := yaml.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	buffer := bufio.NewWriterSize(os.Stdout, 1<<20)
	out := yaml.NewEncoder(buffer)
	out.SetIndent(2)
	for {
		var document yaml.Node
		if err := in.Decode(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			log.Fatal(err)
		}
		replace(&document, images)
		if err := out.Encode(&document); err != nil {
			log.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), buffer.Flush()); err != nil {
		log.Fatal(err)
	}
}

func replace(node *yaml.Node, images map[string]string) {
	for index, child := range node.Content {
		isImage := node.Kind == yaml.MappingNode && index%2 == 1 && node.Content[index-1].Value == "image"
		if isImage && child.Kind == yaml.ScalarNode {
			if reference, known := images[repository(child.Value)]; known {
				child.Value = reference
			}
		}
		replace(child, images)
	}
}

func repository(reference string) string {
	name, _, _ := strings.Cut(reference, "@")
	slash := strings.LastIndex(name, "/") + 1
	last, _, _ := strings.Cut(name[slash:], ":")
	return name[:slash] + last
}
