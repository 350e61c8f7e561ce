using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Usher.Doorway.Files.Yaml;

/// <summary>Builds one document's values from the parser's events, within limits, with aliases and merge keys resolved.</summary>
internal sealed class NodeBuilder(IParser parser, Func<long, int> lineOf)
{
    /// <summary>The deepest nesting that is read.</summary>
    internal const int MaxDepth = 100;

    /// <summary>The most values of a document, aliases expanded.</summary>
    internal const int MaxSize = 2_000_000;

    /// <summary>The most values that aliases may add to a document (a "billion laughs" has more).</summary>
    internal const int MaxAliased = 100_000;

    private const string TagPrefix = "tag:yaml.org,2002:";

    private readonly Dictionary<string, YamlValue?> anchors = new(StringComparer.Ordinal);
    private long built;
    private long aliased;

    /// <exception cref="YamlProblemException">A limit was passed, or something that Kubernetes' YAML doesn't have.</exception>
    /// <exception cref="YamlException">It is not YAML.</exception>
    internal YamlValue Build() => Next(1);

    private YamlValue Next(int depth)
    {
        var next = parser.Consume<ParsingEvent>();
        if (depth > MaxDepth) throw Problem(next, $"nested deeper than {MaxDepth} levels");
        if (++built > MaxSize) throw Problem(next, $"the document has more than {MaxSize} values; split it");
        if (next is AnchorAlias alias) return Alias(alias, depth);

        var anchor = next is NodeEvent { Anchor.IsEmpty: false } node ? node.Anchor.Value : null;
        if (anchor is not null) anchors[anchor] = null;
        YamlValue value = next switch
        {
            Scalar scalar => Scalar(scalar),
            SequenceStart start => List(start, depth),
            MappingStart start => Map(start, depth),
            _ => throw Problem(next, "not valid YAML: a value is wanted"),
        };
        if (anchor is not null) anchors[anchor] = value;
        return value;
    }

    private YamlValue Alias(AnchorAlias alias, int depth)
    {
        var name = alias.Value.Value;
        if (!anchors.TryGetValue(name, out var value)) throw Problem(alias, $"*{name} refers to no anchor: there is no &{name} above it in this document");
        if (value is null) throw Problem(alias, $"*{name} refers to a value that it is part of");
        if (depth + value.Depth - 1 > MaxDepth) throw Problem(alias, $"nested deeper than {MaxDepth} levels");
        aliased += value.Size;
        if (aliased > MaxAliased) throw Problem(alias, $"the document's aliases add more than {MaxAliased} values to it");
        return value;
    }

    private YamlScalar Scalar(Scalar scalar)
    {
        var line = lineOf(scalar.Start.Index);
        var tag = Tag(scalar);
        if (tag is "str" or "!" or "timestamp" || (tag.Length == 0 && scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)))
        {
            return new YamlScalar(line, ScalarKind.Text, scalar.Value, scalar.Value);
        }

        var (kind, text) = Scalars.Resolve(scalar.Value);
        var fits = tag switch
        {
            "" => true,
            "int" => kind == ScalarKind.Integer,
            "float" => kind is ScalarKind.Float or ScalarKind.Integer,
            "bool" => kind == ScalarKind.Boolean,
            "null" => kind == ScalarKind.Null,
            _ => throw Problem(scalar, $"the tag {scalar.Tag} isn't supported; write the value without it"),
        };
        return fits ? new YamlScalar(line, kind, scalar.Value, text) : throw Problem(scalar, $"'{scalar.Value}' is not of its tag !!{tag}");
    }

    private YamlList List(SequenceStart start, int depth)
    {
        if (Tag(start) is not ("" or "!" or "seq")) throw Problem(start, $"the tag {start.Tag} isn't supported; write the list without it");
        var items = new List<YamlValue>();
        long size = 1;
        var below = 0;
        while (!parser.Accept<SequenceEnd>(out _))
        {
            var item = Next(depth + 1);
            items.Add(item);
            size += item.Size;
            below = Math.Max(below, item.Depth);
        }

        parser.MoveNext();
        return new YamlList(lineOf(start.Start.Index), items, (int)size, below + 1);
    }

    private YamlMap Map(MappingStart start, int depth)
    {
        if (Tag(start) is not ("" or "!" or "map")) throw Problem(start, $"the tag {start.Tag} isn't supported; write the object without it");
        var entries = new List<YamlEntry>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        List<DuplicateKey>? duplicates = null;
        List<YamlValue>? merged = null;
        long size = 1;
        var below = 0;
        while (!parser.Accept<MappingEnd>(out _))
        {
            var at = parser.Current!;
            var isMerge = at is Scalar { Value: "<<", Style: ScalarStyle.Plain };
            if (Next(depth + 1) is not YamlScalar { Kind: not ScalarKind.Null } key)
            {
                throw Problem(at, "a key must be a name; found none, a list or an object");
            }

            var value = Next(depth + 1);
            size += value.Size + 1;
            below = Math.Max(below, value.Depth);
            var line = lineOf(at.Start.Index);
            if (isMerge) Merge(at, value, merged ??= []);
            else if (places.TryAdd(key.Text, entries.Count)) entries.Add(new YamlEntry(key.Text, line, value));
            else (duplicates ??= []).Add(new DuplicateKey(key.Text, line, entries[places[key.Text]].Line));
        }

        parser.MoveNext();
        foreach (var source in merged ?? [])
        {
            // What is written here wins over what is merged; the earlier map over the later.
            entries.AddRange(((YamlMap)source).Entries.Where(entry => places.TryAdd(entry.Key, entries.Count)));
        }

        return new YamlMap(lineOf(start.Start.Index), entries, duplicates ?? (IReadOnlyList<DuplicateKey>)[], (int)size, below + 1);
    }

    private static void Merge(ParsingEvent at, YamlValue value, List<YamlValue> merged)
    {
        var sources = value is YamlList list ? list.Items : [value];
        if (!sources.All(s => s is YamlMap)) throw Problem(at, "<< merges an object, or a list of objects");
        merged.AddRange(sources);
    }

    /// <summary>The tag without its prefix; empty when there is none, <c>!</c> for the non-specific one.</summary>
    private static string Tag(NodeEvent node) =>
        node.Tag.IsEmpty || node.Tag.IsNonSpecific ? (!node.Tag.IsEmpty && node.Tag.Value == "!" ? "!" : "")
        : node.Tag.Value.StartsWith(TagPrefix, StringComparison.Ordinal) ? node.Tag.Value[TagPrefix.Length..]
        : node.Tag.Value;

    private static YamlProblemException Problem(ParsingEvent at, string message) => new(at.Start.Index, message);
}
