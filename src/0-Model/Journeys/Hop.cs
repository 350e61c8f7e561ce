using System.Text.Json.Serialization;

namespace Usher.Model.Journeys;

/// <summary>One step of the road, named as in a journey's JSON.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Hop>))]
public enum Hop
{
    /// <summary>Step 1: a name becomes an address.</summary>
    [JsonStringEnumMemberName("dns")] Dns,

    /// <summary>Step 2: the handshake.</summary>
    [JsonStringEnumMemberName("tls")] Tls,

    /// <summary>Step 3: listener, rule, target group, target.</summary>
    [JsonStringEnumMemberName("load-balancer")] LoadBalancer,

    /// <summary>Step 4: a worker node.</summary>
    [JsonStringEnumMemberName("node")] Node,

    /// <summary>Step 5: the ingress controller.</summary>
    [JsonStringEnumMemberName("ingress")] Ingress,

    /// <summary>Step 6: a Service's front and the rules programmed for it.</summary>
    [JsonStringEnumMemberName("service")] Service,

    /// <summary>Step 6: the endpoint chosen.</summary>
    [JsonStringEnumMemberName("endpoint")] Endpoint,

    /// <summary>Step 7: the pod.</summary>
    [JsonStringEnumMemberName("pod")] Pod,

    /// <summary>Step 8: a span of the application.</summary>
    [JsonStringEnumMemberName("application")] Application,

    /// <summary>Step 9: the way back.</summary>
    [JsonStringEnumMemberName("response")] Response,

    /// <summary>Step 10: the browser.</summary>
    [JsonStringEnumMemberName("browser")] Browser,
}

/// <summary>How a hop's facts are known.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Evidence>))]
public enum Evidence
{
    /// <summary>The hop recorded it.</summary>
    [JsonStringEnumMemberName("seen")] Seen,

    /// <summary>Taken from the client's side.</summary>
    [JsonStringEnumMemberName("measured")] Measured,

    /// <summary>Decided from configuration, not observed.</summary>
    [JsonStringEnumMemberName("inferred")] Inferred,
}

/// <summary>What every hop is called and which step of the road it is.</summary>
public static class Hops
{
    /// <summary>The step in the road's table, 1–10.</summary>
    public static int Step(this Hop hop) => hop switch
    {
        Hop.Dns => 1,
        Hop.Tls => 2,
        Hop.LoadBalancer => 3,
        Hop.Node => 4,
        Hop.Ingress => 5,
        Hop.Service or Hop.Endpoint => 6,
        Hop.Pod => 7,
        Hop.Application => 8,
        Hop.Response => 9,
        _ => 10,
    };

    /// <summary>How something is known, as a journey's JSON has it: <c>seen</c>, <c>measured</c> or <c>inferred</c>.</summary>
    public static string Name(this Evidence evidence) => evidence switch { Evidence.Seen => "seen", Evidence.Measured => "measured", _ => "inferred" };

    /// <summary>Whether an outcome's code is this hop's: <c>ingress.503.no-endpoints</c> is the ingress's.</summary>
    public static bool Owns(this Hop hop, string outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var name = hop.Name();
        return outcome.Length > name.Length && outcome[name.Length] == '.' && outcome.StartsWith(name, StringComparison.Ordinal);
    }

    /// <summary>The name in a journey's JSON.</summary>
    public static string Name(this Hop hop) => hop switch
    {
        Hop.Dns => "dns",
        Hop.Tls => "tls",
        Hop.LoadBalancer => "load-balancer",
        Hop.Node => "node",
        Hop.Ingress => "ingress",
        Hop.Service => "service",
        Hop.Endpoint => "endpoint",
        Hop.Pod => "pod",
        Hop.Application => "application",
        Hop.Response => "response",
        _ => "browser",
    };
}
