using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Desired;

namespace Usher.Control.Tests;

public sealed class GenerationHistoryTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider road;

    public GenerationHistoryTests() => road = new ServiceCollection().AddSingleton(RoadOptions.Default).AddSingleton<TimeProvider>(time).AddControl().BuildServiceProvider();

    private GenerationHistory History => road.GetRequiredService<GenerationHistory>();

    public ValueTask DisposeAsync() => road.DisposeAsync();

    [Fact]
    public async Task Each_change_is_told_with_the_objects_and_fields_that_differ()
    {
        _ = History;
        await ApplyAsync(Map("a", "k", "1"), Map("b", "k", "1"), Map("c", "k", "1"));
        time.Advance(TimeSpan.FromMinutes(1));
        // b is only written anew.
        await ApplyAsync(Map("a", "k", "2"), Map("b", "k", "1"), Map("d", "k", "1"));

        var change = History.NewestFirst[0];
        Assert.Equal((2, time.GetUtcNow(), false, 3), (change.Number, change.At, change.IsStep, change.Objects));
        Assert.Equal(["changed ConfigMap shop/a", "removed ConfigMap shop/c", "added ConfigMap shop/d"], change.Written.Select(c => $"{c.What} {c.Key}"));
        Assert.Equal([new FieldChange("data.k", "\"1\"", "\"2\"")], change.Changes[0].Fields());
        Assert.Empty(change.Changes[1].Fields());
        Assert.Empty(change.Derived);
        // The first is the road's beginning.
        Assert.Empty(History.NewestFirst[1].Changes);
    }

    [Fact]
    public async Task It_is_bounded()
    {
        _ = History;
        for (var i = 0; i < GenerationHistory.Most + 5; i++) await ApplyAsync(Map("a", "k", $"{i}"));
        Assert.Equal(GenerationHistory.Most, History.NewestFirst.Count);

        await ApplyAsync([.. Enumerable.Range(0, GenerationHistory.MostObjects + 1).Select(i => Map($"n{i}", "k", "1"))]);
        Assert.Equal((GenerationHistory.MostObjects, true), (History.NewestFirst[0].Changes.Count, History.NewestFirst[0].More));
    }

    [Fact]
    public void What_a_Secret_holds_is_hidden_and_that_it_differs_is_told()
    {
        static V1Secret Secret(string value) => new() { Type = "Opaque", Data = new Dictionary<string, byte[]> { ["p"] = System.Text.Encoding.UTF8.GetBytes(value) } };

        Assert.Equal([new FieldChange("data.p", "(hidden)", "(hidden)")], ObjectDifference.Between(Secret("one"), Secret("two")));

        // So does the copy that kubectl notes.
        static V1Secret Applied(string value) => new() { Metadata = new V1ObjectMeta { Annotations = new Dictionary<string, string> { ["kubectl.kubernetes.io/last-applied-configuration"] = value } } };
        Assert.Equal([new FieldChange("metadata.annotations.kubectl.kubernetes.io/last-applied-configuration", "(hidden)", "(hidden)")], ObjectDifference.Between(Applied("one"), Applied("two")));
    }

    [Fact]
    public void Lists_differ_by_place() => Assert.Equal(
        [new FieldChange("Names[1]", "\"b\"", "\"c\""), new FieldChange("Names[2]", null, "\"d\"")],
        ObjectDifference.Between(new Named(["a", "b"]), new Named(["a", "c", "d"])));

    private async Task ApplyAsync(params Resource[] objects)
    {
        var errors = new ErrorList();
        Assert.NotNull(await road.GetRequiredService<RoadControl>().ApplyAsync("files", objects, errors, TestContext.Current.CancellationToken));
    }

    private static Resource Map(string name, string key, string value) =>
        new(new ResourceKey("", "ConfigMap", "shop", name), new V1ConfigMap { Data = new Dictionary<string, string> { [key] = value } }, new Origin("files", "a.yaml", 1));

    private sealed record Named(string[] Names);
}
