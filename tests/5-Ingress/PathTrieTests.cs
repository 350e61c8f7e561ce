using CsCheck;

namespace Usher.Ingress.Tests;

/// <summary>A trie of paths finds what trying each finds, from the most specific on.</summary>
public sealed class PathTrieTests
{
    // Characters so few that what is asked for is often there.
    private static readonly Gen<string> Paths = Gen.Frequency((6, Gen.Char["ab/"]), (1, Gen.Char["A%.\u00e9\u00ff\u0001"])).Array[0, 6].Select(c => "/" + new string(c));

    private static readonly Gen<(char Kind, string Path)> Rows = Gen.Select(Gen.Char["EPC"], Paths);

    [Fact]
    public void It_finds_what_trying_each_finds_the_most_specific_first() => Gen.Select(Rows.Array[0, 40], Paths.Array[1, 10]).Sample(
        (rows, requests) =>
        {
            var trie = new PathTrie<string>();
            for (var i = 0; i < rows.Length; i++) Add(trie, rows[i].Kind, rows[i].Path, $"{i}");
            Assert.All(requests, request => Assert.Equal(Naive(rows, request), Found(trie, request)));
        },
        iter: 20_000);

    [Theory]
    // KIND PATH … | request path | those that take it, the most specific first: E Exact, P Prefix by elements, C by characters.
    [InlineData("P/", "/", "P/")]
    [InlineData("P/", "/a/b", "P/")]
    [InlineData("P/ P/a P/a/b E/a/b E/a", "/a/b", "E/a/b P/a/b P/a P/")]
    [InlineData("P/ P/a P/a/b E/a/b E/a", "/a/b/", "P/a/b P/a P/")]
    [InlineData("P/a", "/ab", "")]
    [InlineData("P/a", "/a", "P/a")]
    [InlineData("P/a/", "/a", "P/a/")]
    [InlineData("P/a/ P/a", "/a/x", "P/a/ P/a")]
    [InlineData("C/a", "/ab", "C/a")]
    [InlineData("C/a/ C/a P/a E/a", "/a/", "C/a/ P/a C/a")]
    [InlineData("C/a P/a E/a", "/a", "E/a P/a C/a")]
    [InlineData("E/abc E/abd E/ab E/a", "/ab", "E/ab")]
    [InlineData("E/abc E/abd", "/ab", "")]
    [InlineData("E/a", "/A", "")]
    [InlineData("E/a//b P/a", "/a//b", "E/a//b P/a")]
    public void Path_types(string paths, string request, string found)
    {
        var trie = new PathTrie<string>();
        foreach (var path in paths.Split(' ')) Add(trie, path[0], path[1..], path);
        Assert.Equal(found, string.Join(' ', Found(trie, request)));
    }

    [Fact]
    public void Values_of_the_same_path_come_in_the_order_in_which_they_were_added()
    {
        var trie = new PathTrie<string>();
        foreach (var value in new[] { "get", "post", "any" }) trie.AddPrefix("/a", value);
        trie.AddPrefix("/", "root");
        Assert.Equal(["get", "post", "any", "root"], Found(trie, "/a/b"));
        Assert.Equal(["root"], Found(trie, "/b"));
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        var trie = new PathTrie<string>();
        for (var i = 0; i < 1000; i++) trie.AddPrefix($"/v1/service-{i}", $"{i}");
        Count(trie);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Count(trie);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int Count(PathTrie<string> trie)
    {
        var count = 0;
        foreach (var value in trie.Find("/v1/service-77/users")) count += value.Length;
        return count;
    }

    private static void Add(PathTrie<string> trie, char kind, string path, string value)
    {
        if (kind == 'E') trie.AddExact(path, value);
        else if (kind == 'P') trie.AddPrefix(path, value);
        else trie.AddCharacters(path, value);
    }

    private static List<string> Found(PathTrie<string> trie, string path)
    {
        var found = new List<string>();
        foreach (var value in trie.Find(path)) found.Add(value);
        return found;
    }

    /// <summary>Each row is asked by itself; a prefix that ends before a slash takes the slash too.</summary>
    private static IEnumerable<string> Naive((char Kind, string Path)[] rows, string request) =>
        from row in rows.Select((r, i) => (r.Kind, Path: r.Kind == 'P' ? r.Path.TrimEnd('/') : r.Path, Value: $"{i}"))
        let whole = request == row.Path
        where row.Kind switch { 'E' => whole, 'P' => whole || request.StartsWith(row.Path + "/", StringComparison.Ordinal), _ => request.StartsWith(row.Path, StringComparison.Ordinal) }
        let length = row.Kind == 'P' && !whole ? row.Path.Length + 1 : row.Path.Length
        orderby row.Kind == 'E' ? 0 : row.Kind == 'P' && whole ? 1 : 2, length descending
        select row.Value;
}
