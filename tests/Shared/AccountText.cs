using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Tests;

/// <summary>What a hop tells, as golden cases have it.</summary>
internal static class AccountText
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How it went.</summary>
    internal static string Verdict(this HopAccount account) => account.Ok ? "ok" : $"FAILED {account.Outcome}";

    /// <summary>A fact's value.</summary>
    internal static string Text(this JsonNode? value) => value?.ToJsonString(Relaxed) ?? "";

    /// <summary>The name, the decision, a line a fact and a line a reason.</summary>
    internal static void AppendAccount(this StringBuilder told, HopAccount account, Func<string, bool>? shows = null)
    {
        told.Append(CultureInfo.InvariantCulture, $"  {account.Name} {account.Verdict()}\n    {account.Decision}\n");
        foreach (var (key, value) in account.Facts.Where(f => shows?.Invoke(f.Key) != false)) told.Append(CultureInfo.InvariantCulture, $"    {key} = {value.Text()}\n");
        told.AppendReasons(account);
    }

    /// <summary>A line a reason; with a mark where it is notable.</summary>
    internal static void AppendReasons(this StringBuilder told, HopAccount account)
    {
        foreach (var reason in account.Reasons) told.Append(CultureInfo.InvariantCulture, $"    {(reason.Chosen ? '+' : '-')}{(reason.Notable ? "!" : "")} {reason.Candidate}: {reason.Why}\n");
    }
}
