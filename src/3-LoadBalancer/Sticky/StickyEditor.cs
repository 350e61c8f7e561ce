using System.Text;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>Adds the stickiness cookies of one decision to its response.</summary>
internal sealed class StickyEditor(LoadBalancerDecision decision, StickyCookies cookies) : IResponseEditor
{
    /// <summary>The editor for a decision; null where nothing is sticky.</summary>
    internal static StickyEditor? For(LoadBalancerDecision decision, StickyCookies cookies) =>
        decision.Choice.Sticky is null ? null : new StickyEditor(decision, cookies);

    public void Edit(ResponseHead response, HeaderEdits edits)
    {
        var (choice, reading) = (decision.Choice, decision.Choice.Sticky!);
        if (choice.Rule.Action is ForwardPlan { Stickiness: { } duration })
        {
            Add(edits, cookies.Set(StickyCookies.Group, reading.Groups, choice.Rule.Arn, choice.Group!.Arn, duration));
        }

        if (choice.Group!.Stickiness is not { } plan) return;
        // A session of the application's own begins when its cookie is set, and goes on while the client brings both.
        if (plan.ApplicationCookie is { } own && !choice.Stuck && !Sets(response, own)) return;
        var kept = plan.ApplicationCookie is null ? reading.Targets : reading.Applications;
        Add(edits, cookies.Set(plan.CookieName, kept, choice.Group.Arn, decision.Target!.Label, plan.Duration));
    }

    private static void Add(HeaderEdits edits, IEnumerable<string> values)
    {
        foreach (var value in values) edits.Add("Set-Cookie", value);
    }

    private static bool Sets(ResponseHead response, string cookie)
    {
        for (var i = 0; i < response.HeaderCount; i++)
        {
            if (!Ascii.EqualsIgnoreCase(response.Name(i), "Set-Cookie"u8)) continue;
            var value = response.Value(i);
            var equals = value.IndexOf((byte)'=');
            if (equals > 0 && Ascii.Equals(value[..equals], cookie)) return true;
        }

        return false;
    }
}
