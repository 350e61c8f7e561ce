using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;

namespace Usher.Control.Tests;

/// <summary>An object's generation, from one load to the next.</summary>
public sealed class ObjectGenerationsTests
{
    private readonly ResourceStore store = new();

    [Fact]
    public void A_new_object_is_of_generation_1() => Assert.Equal(1, Apply(Route("/a")));

    [Fact]
    public void An_object_that_is_kept_stays_of_its_generation()
    {
        var kept = Route("/a");
        Apply(kept);

        Assert.Equal(1, Apply(kept));
        Assert.Equal(1, Apply(Route("/a")));
    }

    [Fact]
    public void Each_change_of_the_spec_makes_the_next_generation_also_one_back()
    {
        Apply(Route("/a"));

        Assert.Equal(2, Apply(Route("/b")));
        Assert.Equal(2, Apply(Route("/b")));
        Assert.Equal(3, Apply(Route("/a")));
    }

    [Fact]
    public void A_change_of_the_metadata_or_of_where_it_is_written_does_not()
    {
        Apply(Route("/a"));
        Apply(Route("/b"));

        Assert.Equal(2, Apply(Route("/b", label: "x")));
        Assert.Equal(2, Apply(Route("/b", label: "y", line: 9)));
        Assert.Equal("y", store.Current.Find<HttpRoute>("shop", "users")!.Value.Metadata.Labels["team"]);
    }

    [Fact]
    public void A_change_that_was_not_kept_does_not_count()
    {
        Apply(Route("/a"));
        Assert.Equal(2, Preview(Route("/b")).Find<HttpRoute>("shop", "users")!.Generation);

        Assert.Equal(1, store.Current.Find<HttpRoute>("shop", "users")!.Generation);
        Assert.Equal(2, Apply(Route("/c")));
    }

    [Fact]
    public void An_object_that_was_away_begins_anew()
    {
        Apply(Route("/a"));
        Apply(Route("/b"));
        Keep([]);

        Assert.Equal(1, Apply(Route("/b")));
    }

    [Fact]
    public void An_object_without_a_spec_counts_the_changes_of_its_content()
    {
        Keep([Map("a", null)]);
        Keep([Map("b", null)]);
        Keep([Map("b", "x")]);

        Assert.Equal(2, store.Current.Find<V1ConfigMap>("shop", "users")!.Generation);
        Assert.Equal(2, store.Current.Find(new ResourceKey("", "ConfigMap", "shop", "users"))!.Generation);
    }

    [Fact]
    public void An_object_is_there_since_the_change_that_brought_it()
    {
        Keep([]);
        Keep([Route("/a")]);
        Assert.Equal(1, Since());
        Keep([Route("/b", line: 9), Map("a", null)]);
        Assert.Equal(1, Since());
        Assert.Equal(2, store.Current.Find<V1ConfigMap>("shop", "users")!.Since);

        // A change that wasn't kept, and one that takes it away.
        Preview([]);
        Keep([Route("/b"), Map("a", null)]);
        Assert.Equal(1, Since());
        Keep([]);
        Keep([Route("/b")]);
        Assert.Equal(5, Since());

        long Since() => store.Current.Find<HttpRoute>("shop", "users")!.Since;
    }

    private long Apply(Resource route)
    {
        Keep([route]);
        return store.Current.Find<HttpRoute>("shop", "users")!.Generation;
    }

    private void Keep(IReadOnlyList<Resource> objects) => store.Keep("files", objects, Preview([.. objects]));

    private DesiredState Preview(params IReadOnlyList<Resource> objects)
    {
        var errors = new ErrorList();
        var state = store.Preview("files", objects, errors);
        Assert.Empty(errors.All);
        return state;
    }

    private static Resource Route(string path, string? label = null, int line = 1) => new(
        new ResourceKey(GatewayApi.Group, "HTTPRoute", "shop", "users"),
        new HttpRoute { Metadata = Metadata(label), Spec = new HttpRouteSpec { Rules = [new HttpRouteRule { Matches = [new HttpRouteMatch { Path = new HttpPathMatch { Value = path } }] }] } },
        new Origin("files", "a.yaml", line));

    private static Resource Map(string value, string? label) => new(
        new ResourceKey("", "ConfigMap", "shop", "users"),
        new V1ConfigMap { Metadata = Metadata(label), Data = new Dictionary<string, string> { ["key"] = value } },
        new Origin("files", "a.yaml", 1));

    private static V1ObjectMeta Metadata(string? label) => new()
    {
        Name = "users",
        NamespaceProperty = "shop",
        Labels = label is null ? null : new Dictionary<string, string> { ["team"] = label },
    };
}
