using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod.Tests;

/// <summary>Pods whose node loses its power, and gets it back.</summary>
public sealed class StoppedNodesTests : IAsyncDisposable
{
    private readonly TestRoad road = new();
    private readonly TestNodes nodes = new();
    private readonly ServiceProvider services;

    public StoppedNodesTests() =>
        services = new ServiceCollection().AddSingleton(road.Options).AddSingleton<IGenerationSource>(road).AddSingleton<INodeDirectory>(nodes).AddPods().BuildServiceProvider();

    [Fact]
    public async Task Their_processes_end_at_once_and_nobody_is_told_until_the_node_is_missed()
    {
        await ApplyAsync();
        await Wait.Until(() => Pod() is { Ready: true }, "the pod is ready");
        var process = Pod().ProcessId!.Value;

        nodes.Set(new NodeStatus(TestNodes.Key) { StoppedSince = DateTimeOffset.UnixEpoch });
        await Wait.Until(() => !ProcessTests.Alive(process) && Pod().ProcessId is null, "its process is gone");
        Assert.Equal(("Running", true, false), (Pod().Phase, Pod().Ready, Pod().Terminating));

        nodes.Set(new NodeStatus(TestNodes.Key) { StoppedSince = DateTimeOffset.UnixEpoch, NotReadySince = DateTimeOffset.UnixEpoch });
        await Wait.Until(() => Pod() is { Ready: false }, "the control plane has missed it");
        Assert.Equal("NodeNotReady: node node-1 is stopped", Pod().Message);
        // So that it is no target of a load balancer either.
        Assert.False(Pod().ContainersReady);

        // A generation that changes nothing starts nothing there.
        await ApplyAsync();
        Assert.Null(Pod().ProcessId);

        nodes.Set(new NodeStatus(TestNodes.Key));
        await Wait.Until(() => Pod() is { Ready: true, ProcessId: not null }, "it was started again");
        Assert.NotEqual(process, Pod().ProcessId);
    }

    [Fact]
    public async Task One_that_is_deleted_while_its_node_is_stopped_is_not_started_again()
    {
        await ApplyAsync();
        await Wait.Until(() => Pod() is { Ready: true }, "the pod is ready");
        nodes.Set(new NodeStatus(TestNodes.Key) { StoppedSince = DateTimeOffset.UnixEpoch });
        await Wait.Until(() => Pod().ProcessId is null, "its process is gone");

        await ApplyAsync(TestRoad.Node);
        await Wait.Until(() => services.GetRequiredService<IPodDirectory>().Current.IsEmpty, "it is gone");
        nodes.Set(new NodeStatus(TestNodes.Key));

        Assert.Empty(services.GetRequiredService<IPodDirectory>().Current);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (Directory.Exists(road.Options.LogDirectory)) Directory.Delete(road.Options.LogDirectory, recursive: true);
    }

    private PodStatus Pod() => services.GetRequiredService<IPodDirectory>().Current.Values.Single();

    private async Task ApplyAsync(string? yaml = null)
    {
        var errors = new ErrorList();
        var next = road.Next(yaml ?? TestRoad.Image("sleep 1000") + TestRoad.OnePod("args: []"), errors);
        var change = await services.GetRequiredService<ICarrier>().PrepareAsync(next, errors, TestContext.Current.CancellationToken);
        Assert.Empty(errors.All);
        road.Publish(next);
        await change.CommitAsync(TestContext.Current.CancellationToken);
        await change.DisposeAsync();
    }

    private sealed class TestNodes : INodeDirectory
    {
        public static ResourceKey Key { get; } = new("", "Node", "", "node-1");

        public ImmutableDictionary<ResourceKey, NodeStatus> Current { get; private set; } = ImmutableDictionary<ResourceKey, NodeStatus>.Empty;

        public event Action? Changed;

        public void Set(NodeStatus status)
        {
            Current = status.IsAsWritten ? Current.Remove(status.Key) : Current.SetItem(status.Key, status);
            Changed?.Invoke();
        }
    }
}
