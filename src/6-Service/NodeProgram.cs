namespace Usher.Service;

/// <summary>
/// What one node's kube-proxy programmed at its last run: a reference to what the API server told then, so that a run costs the same for any number of
/// Services. Ports are joined at their first read.
/// </summary>
internal sealed class NodeProgram
{
    private readonly EndpointsState?[] states;
    private readonly NodeProgram? before;

    /// <summary>Programs what was told.</summary>
    /// <param name="told">What the API server told.</param>
    /// <param name="programmedAt">When this node programmed it, on the wall clock.</param>
    /// <param name="before">Its last program: what didn't change since stays the same object.</param>
    public NodeProgram(EndpointChange told, DateTimeOffset programmedAt, NodeProgram? before)
    {
        Told = told;
        ProgrammedAt = programmedAt;
        states = new EndpointsState?[told.Snapshot.Ports.Length];
        // Not a chain: the one before is let go of its own.
        this.before = before?.Told.Snapshot == told.Snapshot ? new NodeProgram(before) : null;
    }

    private NodeProgram(NodeProgram other)
    {
        Told = other.Told;
        ProgrammedAt = other.ProgrammedAt;
        states = other.states;
    }

    /// <summary>What it was made from.</summary>
    public EndpointChange Told { get; }

    /// <summary>When this node programmed it.</summary>
    public DateTimeOffset ProgrammedAt { get; }

    /// <summary>The conditions that it has of a port's endpoints; the port is one of its own snapshot's.</summary>
    public EndpointsState Of(ServicePort port)
    {
        if (Volatile.Read(ref states[port.Slot]) is { } known) return known;
        var state = EndpointTable.Join(port, Told.Living);
        if (before is not null && Volatile.Read(ref before.states[port.Slot]) is { } had && had.Conditions.SequenceEqual(state.Conditions)) state = had;
        Volatile.Write(ref states[port.Slot], state);
        return state;
    }
}
