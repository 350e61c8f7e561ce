using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Usher.Pod;

/// <summary>What every answer of a stand-in begins with: who got it, and from whom.</summary>
internal static class StandInAnswer
{
    /// <param name="pod">The pod.</param>
    /// <param name="container">Its container.</param>
    /// <param name="port">The declared port.</param>
    /// <param name="from">The other end.</param>
    internal static JsonObject Begin(PodPlan pod, ContainerPlan container, int port, IPEndPoint from) => new()
    {
        ["standIn"] = true,
        ["pod"] = pod.Key.Name,
        ["namespace"] = pod.Key.Namespace,
        ["node"] = pod.Node,
        ["container"] = container.Name,
        ["image"] = container.Image,
        ["address"] = string.Create(CultureInfo.InvariantCulture, $"{pod.Address!.Declared}:{port}"),
        ["from"] = from.ToString(),
    };
}
