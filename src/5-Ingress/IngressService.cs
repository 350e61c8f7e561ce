using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Carries out what <see cref="IngressHop"/> decides, for one request after another.</summary>
internal sealed class IngressService(IServiceFronts fronts) : IHttpHop
{
    // ingress-nginx's defaults: proxy-connect-timeout 5 s, proxy-read-timeout 60 s, and one more try on a stale connection (proxy_next_upstream error).
    private static readonly ForwardOptions Options = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ResponseTimeout = TimeSpan.FromSeconds(60),
        RetryStaleConnection = true,

        // $connection_upgrade of its nginx.conf: whatever is asked for is asked of the backend.
        Upgrades = ForwardedUpgrades.Any,
    };

    public Hop Hop => Hop.Ingress;

    /// <summary>1. Take the journey's id from the request. 2. Decide. 3. Answer, or send it on to the Service and pass the answer back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ServeAsync(RequestPassage passage)
    {
        if (passage.Generation.Find<IngressSnapshot>()?.ControllerAt(passage.Exchange.LocalEndPoint) is not { } controller)
        {
            passage.Exchange.Abort();
            return;
        }

        // 1.
        JourneyHeader.Read(passage);

        // 2.
        var facts = passage.Facts("http", withHeaders: false);
        var decision = IngressDecision.Make(controller, new LivingBackends(fronts, passage.Generation), facts);
        passage.Record.Decision = decision;

        // 3.
        if (decision.Choice.Verdict == IngressVerdict.Health)
        {
            await passage.AnswerAsync(200, [], default, null, null);
        }
        else if (IngressDecision.Failure(decision.Choice, facts) is { } failure)
        {
            await AnswerAsync(passage, failure.Status, failure.Outcome, failure.Problem + Behind(passage, decision));
        }
        else
        {
            await ForwardAsync(passage, decision);
        }
    }

    public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection)
    {
        JourneyHeader.Read(passage);
        if (rejection.Violation is HttpViolation.ConnectionClosed or HttpViolation.IdleTimeout)
        {
            passage.Note("ingress.client-gone", rejection.Message);
            return ValueTask.CompletedTask;
        }

        var status = rejection.Violation switch
        {
            HttpViolation.TargetTooLong => 414,
            HttpViolation.UnsupportedVersion => 505,
            HttpViolation.UnsupportedTransferCoding => 501,
            _ => 400,
        };
        return AnswerAsync(passage, status, $"ingress.{status}.malformed", rejection.Message);
    }

    /// <summary>Why the Service's endpoints aren't ready, from the hop that knows; empty for another failure.</summary>
    private string Behind(RequestPassage passage, IngressDecision decision)
    {
        if (decision.Choice.Verdict != IngressVerdict.Unavailable) return "";
        var front = decision.Choice.Route!.Backend.Front;
        var told = fronts.Decide(passage.Generation, front, decision.Controller.Bound.Address).Decision.Tell().LastOrDefault()?.Reasons ?? [];
        return told.Count == 0 ? ". Its selector takes no pod" : $". {string.Join("; ", told.Take(3).Select(r => $"{r.Candidate}: {r.Why}"))}";
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ForwardAsync(RequestPassage passage, IngressDecision decision)
    {
        NginxHeaders.Apply(passage, decision);
        var backend = decision.Choice.Route!.Backend;
        var result = await passage.ForwardAsync(new UpstreamKey(backend.Front.Bound, decision.Controller.Bound.Address), Options);
        if (BackendFailure.Of(result, backend) is not { } failure) return;
        if (result.ResponseStarted || result.Outcome == ForwardOutcome.ClientGone) passage.Note(failure.Outcome, failure.Problem);
        else await AnswerAsync(passage, failure.Status, failure.Outcome, failure.Problem);
    }

    /// <summary>nginx's own page, without its name (server-tokens is off in ingress-nginx).</summary>
    private static ValueTask AnswerAsync(RequestPassage passage, int status, string outcome, string problem)
    {
        var reason = NginxPhrase.Of(status);
        var title = string.Create(CultureInfo.InvariantCulture, $"{status} {reason}");
        var page = $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
        return passage.AnswerAsync(status, [new("Content-Type", "text/html")], Encoding.ASCII.GetBytes(page), outcome, problem, reason);
    }
}
