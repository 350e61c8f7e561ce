using Microsoft.Extensions.Logging;
using Usher.Control;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Cli.Running;

/// <summary>
/// Nodes of the running road: what is done to them shows at once where connections go, and in the next generation where pods go, beside the manifests.
/// </summary>
internal sealed partial class NodeControl : IDisposable
{
    private readonly INodeDirectory directory;
    private readonly INodeActions actions;
    private readonly RoadControl control;
    private readonly ILogger<NodeControl> log;
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private IReadOnlyList<NodeIntent> applied = [];

    public NodeControl(INodeDirectory directory, INodeActions actions, RoadControl control, ILogger<NodeControl> log)
    {
        this.directory = directory;
        this.actions = actions;
        this.control = control;
        this.log = log;
        directory.Changed += Follow;
    }

    /// <summary>Acts on a node; returns when a generation has it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such node.</exception>
    internal async Task DoAsync(string node, NodeAction action, ErrorList errors, CancellationToken cancellationToken)
    {
        actions.Do(node, action);
        await ApplyAsync(errors, cancellationToken);
    }

    public void Dispose()
    {
        directory.Changed -= Follow;
        oneAtATime.Dispose();
    }

    // What the control plane finds by itself: a node that is missing for too long.
    private void Follow() => _ = FollowAsync();

    private async Task FollowAsync()
    {
        try
        {
            var errors = new ErrorList();
            await ApplyAsync(errors, CancellationToken.None);
            foreach (var error in errors.All) Refused(log, error.ToString());
        }
        catch (ObjectDisposedException)
        {
            // The road has stopped.
        }
    }

    private async Task ApplyAsync(ErrorList errors, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var intents = directory.Current.Values
                .Select(n => new NodeIntent(n.Key.Name, n.Unschedulable, n.DrainedSince, n.NotReadySince))
                .Where(i => i != new NodeIntent(i.Node, null, null, null)).OrderBy(i => i.Node, StringComparer.Ordinal).ToList();
            if (intents.SequenceEqual(applied)) return;
            var resources = intents.Select(i => new Resource(NodeIntent.KeyOf(i.Node), i, new Origin(NodeIntent.Doorway))).ToList();
            if (await control.ApplyAsync(NodeIntent.Doorway, resources, errors, cancellationToken) is not null) applied = intents;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the state of the nodes can't be applied: {Why}")]
    private static partial void Refused(ILogger logger, string why);
}
