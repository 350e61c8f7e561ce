using System.CommandLine;
using Usher.Cli.Client;

namespace Usher.Cli.Commands;

/// <summary><c>usher node cordon|uncordon|drain|stop|start NAME</c>: act on a node of the running road.</summary>
internal static class NodeCommand
{
    internal static Command Create()
    {
        // Before the verb or behind it, as with kubectl.
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        (api.Recursive, state.Recursive) = (true, true);
        return new Command("node", "Act on a worker node of the running road.")
        {
            api,
            state,
            Action("cordon", "Give it no new pods."),
            Action("uncordon", "Give it pods again, and drain it no more."),
            Action("drain", "Give it no new pods, and evict those that it has."),
            Action("stop", "Take its instance's power away: nothing answers there until it starts again."),
            Action("start", "Start its instance again."),
        };

        Command Action(string name, string description) => NodeCommand.Action(name, description, api, state);
    }

    private static Command Action(string name, string description, Option<string?> api, Option<string?> state)
    {
        var node = new Argument<string>("NAME") { Description = "The node's name, or its instance id." };
        var command = new Command(name, description) { node };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            var wanted = parsed.GetValue(node)!;
            var known = (await client.RoadAsync(cancellationToken)).Nodes.FirstOrDefault(n => n.InstanceId == wanted)?.Name ?? wanted;
            var road = await client.ActOnNodeAsync(known, name, cancellationToken);
            await Console.Out.WriteLineAsync($"node      {road.Nodes.First(n => n.Name == known)}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
