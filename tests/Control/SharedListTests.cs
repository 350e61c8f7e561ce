using CsCheck;
using Usher.Model.Desired;

namespace Usher.Control.Tests;

/// <summary>A list that follows from another says what an ordinary one would, and shares with it what stayed.</summary>
public sealed class SharedListTests
{
    // Where, and what: 0 takes away, 1 replaces, 2 inserts.
    private static readonly Gen<(int At, int What)[][]> Edits = Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 2]).Array[0, 12].Array[1, 8];

    [Fact]
    public void After_any_edits_it_is_what_a_list_would_be() => Gen.Select(Gen.Int[0, 700], Edits).Sample((count, series) =>
    {
        var plain = Enumerable.Range(0, count).Select(i => $"{i}").ToList();
        var shared = SharedList.Of<string>(plain);
        foreach (var edits in series)
        {
            var before = plain.ToList();
            var edit = new SharedListEdit<string>(shared);
            var moved = 0;
            foreach (var (at, what) in edits.Select(e => (At: e.At % (before.Count + 1), e.What)).DistinctBy(e => e.At).OrderBy(e => e.At))
            {
                var value = $"{Guid.NewGuid()}";
                if (what == 2 || at == before.Count)
                {
                    edit.Insert(at, value);
                    plain.Insert(at + moved++, value);
                }
                else
                {
                    edit.Replace(at, what == 0 ? null : value);
                    if (what == 0) plain.RemoveAt(at + moved--);
                    else plain[at + moved] = value;
                }
            }

            var next = edit.Finish();
            Assert.Equal(plain, next);
            Assert.Equal(plain, Enumerable.Range(0, next.Count).Select(i => next[i]));

            var (first, last) = shared.Same(next);
            Assert.Equal(before[..first], plain[..first]);
            Assert.Equal(before[^last..], plain[^last..]);
            var shorter = Math.Min(before.Count, plain.Count);
            Assert.True(first == shorter || !ReferenceEquals(before[first], plain[first]));
            Assert.True(first + last == shorter || !ReferenceEquals(before[^(last + 1)], plain[^(last + 1)]));
            shared = next;
        }
    }, iter: 2000);

    [Fact]
    public void What_differs_is_found_from_both_ends()
    {
        var list = SharedList.Of<string>(Enumerable.Range(0, 10_000).Select(i => $"{i}"));
        var edit = new SharedListEdit<string>(list);
        edit.Replace(5000, "x");
        var next = edit.Finish();
        Assert.Equal((5000, 4999), list.Same(next));
        Assert.Equal(5000, next.IndexOf("x"));
        Assert.Same(list, new SharedListEdit<string>(list).Finish());
    }
}
