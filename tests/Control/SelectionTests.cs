using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Control.Tests;

public sealed class SelectionTests
{
    private static Resource Map(string name, string version) => new(new ResourceKey("", "ConfigMap", "shop", name), new V1ConfigMap { Data = new Dictionary<string, string> { ["version"] = version } }, Origin.Derived);

    [Fact]
    public void It_has_what_a_search_of_each_state_finds()
    {
        static bool Takes(Resource<V1ConfigMap> map) => map.Value.Data["version"] != "left";
        var selection = new Selection<V1ConfigMap>(Takes);
        var state = DesiredState.Empty;
        foreach (var next in new Func<DesiredState, DesiredState>[]
        {
            s => s.With(Enumerable.Range(0, 400).Select(i => Map($"{i:D3}", i % 3 == 0 ? "one" : "left"))),
            s => s.With([Map("004", "one"), Map("006", "two"), Map("399", "left")]),
            s => s,
            s => s.With([Map("0045", "one")], [new ResourceKey("", "ConfigMap", "shop", "006")]),
            s => s.With([Map("200", "left")]),
            _ => DesiredState.Empty,
            s => s.With([Map("a", "one")]),
        })
        {
            state = next(state);
            Assert.Equal(state.All<V1ConfigMap>().Where(Takes), selection.Of(state), ReferenceEqualityComparer.Instance);
        }
    }

    [Fact]
    public void It_looks_only_at_what_has_changed()
    {
        var looked = 0;
        var selection = new Selection<V1ConfigMap>(_ => ++looked > 0);
        var state = new DesiredState(Enumerable.Range(0, 400).Select(i => Map($"{i:D3}", "one")));
        var first = selection.Of(state);
        Assert.Equal(400, looked);
        Assert.Same(first, selection.Of(state));

        var second = selection.Of(state.With([Map("200", "two")]));

        // The one that it was, and the one that it is.
        Assert.Equal(402, looked);
        Assert.Equal("two", second[200].Value.Data["version"]);
    }
}
