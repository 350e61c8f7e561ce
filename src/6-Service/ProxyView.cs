namespace Usher.Service;

/// <summary>What a node's rules are for one port.</summary>
/// <param name="Port">The port with the endpoints that they have.</param>
/// <param name="State">Those endpoints' conditions as they have them.</param>
/// <param name="Program">The node's last run; null where rules are what the API server tells.</param>
/// <param name="Lag">What the node had not heard of yet; null when nothing.</param>
internal readonly record struct ProxyView(ServicePort Port, EndpointsState State, NodeProgram? Program, ProxyLag? Lag);

/// <summary>What one node's kube-proxy had not yet heard of a port when a connection was decided.</summary>
/// <param name="Node">The node; empty for a caller on none.</param>
/// <param name="Behind">How long the oldest of it was on its way.</param>
/// <param name="Port">The port as it really is.</param>
/// <param name="State">Its endpoints' conditions as they really are.</param>
internal sealed record ProxyLag(string Node, TimeSpan Behind, ServicePort Port, EndpointsState State)
{
    /// <summary>Whether what is programmed isn't what is true.</summary>
    public static bool Differs(ServicePort known, EndpointsState programmed, ServicePort port, EndpointsState truth)
    {
        if (ReferenceEquals(programmed, truth)) return false;
        if (known.Endpoints.Length != port.Endpoints.Length) return true;
        for (var i = 0; i < known.Endpoints.Length; i++)
        {
            if (!known.Endpoints[i].Declared.Equals(port.Endpoints[i].Declared) || !Alike(programmed.Conditions[i], truth.Conditions[i])) return true;
        }

        return false;
    }

    /// <summary>What it has not heard of an endpoint that it knows; null when it knows how that is.</summary>
    public string? Unheard(PossibleEndpoint endpoint, EndpointCondition known)
    {
        var index = -1;
        for (var i = 0; i < Port.Endpoints.Length && index < 0; i++)
        {
            if (Port.Endpoints[i].Declared.Equals(endpoint.Declared)) index = i;
        }

        if (index < 0) return Words("is gone");
        var now = State.Conditions[index];
        if (Alike(known, now)) return null;
        if (now.Terminating && !known.Terminating) return Words("terminates");
        if (now.Ready && !known.Ready) return Words("is ready");
        return Words("isn't ready any more");
    }

    /// <summary>The endpoints that it has not heard of at all.</summary>
    public IEnumerable<PossibleEndpoint> New(ServicePort known) =>
        Port.Endpoints.Where((e, i) => State.Conditions[i].Ready && !known.Endpoints.Any(k => k.Declared.Equals(e.Declared)));

    /// <summary><c>kube-proxy of node X had not yet heard that it terminates (0.4 s)</c>.</summary>
    public string Words(string what) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"kube-proxy{(Node.Length == 0 ? "" : $" of node {Node}")} had not yet heard that it {what} ({Behind.TotalSeconds:0.0} s)");

    private static bool Alike(EndpointCondition a, EndpointCondition b) => (a.Ready, a.Serving, a.Terminating) == (b.Ready, b.Serving, b.Terminating);
}
