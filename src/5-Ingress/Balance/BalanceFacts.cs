using System.Text.Json.Nodes;
using Usher.Model.Contracts;

namespace Usher.Ingress;

/// <summary>What a decision tells of the endpoint that it chose.</summary>
internal static class BalanceFacts
{
    /// <summary>Adds the endpoint, how it was chosen, and what was tried before.</summary>
    internal static void Tell(JsonObject told, IngressDecision decision)
    {
        var choice = decision.Choice;
        if (choice.Backend?.ExternalName is { } external) told["externalName"] = external;
        if (choice.Endpoint is { } endpoint)
        {
            Tell(told, endpoint, choice.Endpoints!, choice.Balance.Name);
            if (choice.Balance.HashBy is { } by) told["hashBy"] = by.Text;
            if (choice.Balance.Cookie is { } cookie) told["session"] = choice.Reading?.Key is null ? $"cookie {cookie.Name}" : $"new, cookie {cookie.Name}";
        }
        else if (choice.Verdict == IngressVerdict.Forward)
        {
            told["balance"] = "service-upstream";
        }

        if (choice.Tries.IsEmpty) return;
        var tries = new JsonArray();
        foreach (var one in choice.Tries) tries.Add(Try(one.Endpoint.Label, one.Endpoint.Bound.ToString(), one.Why, Math.Round(one.Took.TotalMilliseconds, 2)));
        tries.Add(Try(choice.Endpoint?.Label ?? choice.Backend!.Front.Declared.ToString(), choice.Bound.ToString(), null, null));
        told["tries"] = tries;
    }

    /// <summary>The endpoint that was chosen of these, and how.</summary>
    internal static void Tell(JsonObject told, FrontEndpoint endpoint, FrontEndpoints endpoints, string balance)
    {
        told["endpoint"] = endpoint.Declared.ToString();
        told["endpointBound"] = endpoint.Bound.ToString();
        told["endpointPod"] = endpoint.Pod?.Short;
        told["balance"] = balance;
        told["readyEndpoints"] = endpoints.Ready.Length;
        told["endpoints"] = endpoints.All.Length;
    }

    /// <summary>Where a request is sent, in words: the virtual IP, or the endpoint and how it was chosen.</summary>
    internal static string Where(IngressChoice choice)
    {
        var tried = choice.Tries.IsEmpty ? "" : $", after {string.Join(" and ", choice.Tries.Select(t => $"{t.Endpoint.Label} ({t.Why})"))}";
        return choice.Endpoint is { } endpoint ? $"→ {endpoint.Label}, {How(choice)}{tried}" : $"{choice.Backend!.Front.Declared}{tried}";
    }

    private static string How(IngressChoice choice) => choice.Balance.Cookie is { } cookie
        ? choice.Reading?.Key is null ? $"by cookie {cookie.Name}" : $"new session, cookie {cookie.Name}"
        : Of(choice.Balance.Name, choice.Endpoints!);

    /// <summary>How one of several was chosen, in words.</summary>
    internal static string Of(string balance, FrontEndpoints endpoints) => endpoints.Ready.Length == 1 ? "the only ready endpoint" : $"{balance} of {endpoints.Ready.Length}";

    private static JsonObject Try(string endpoint, string bound, string? failed, double? ms)
    {
        var told = new JsonObject { ["endpoint"] = endpoint, ["bound"] = bound };
        if (failed is null) return told;
        told["failed"] = failed;
        told["ms"] = ms;
        return told;
    }
}
