using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;

namespace Usher.Trace.Tests;

/// <summary>The pod keeps no record: what is told of it mixes what its caller measured then with how it lives now.</summary>
public sealed class PodReportTests
{
    private static readonly HopAccount Gone = new(Hop.Pod, "shop/users-1", "nothing accepts: the pod doesn't run") { Ok = false, Outcome = "pod.not-running" };

    [Fact]
    public void A_pod_that_answered_and_is_gone_since_did_nothing_wrong()
    {
        var report = Report(new TestRoad().LoadBalancer());
        Assert.True(report.Ok);
        Assert.Equal("it answered then; now nothing accepts: the pod doesn't run", report.Decision);
        Assert.Null(report.Facts["outcome"]);
    }

    [Fact]
    public void A_pod_that_did_not_answer_is_where_it_went_wrong()
    {
        var record = new TestRoad().LoadBalancer();
        record.UpstreamStatus = 0;
        var report = Report(record);
        Assert.False(report.Ok);
        Assert.Null(report.Response!.Status);
        Assert.Equal("pod.not-running", report.Facts["outcome"]!.ToString());
    }

    private static HopReport Report(RequestRecord record) =>
        RoadHops.Pod(record, new OnePod(), Clock.For(new JourneyRecords { First = record }, new TestRoad().Time))!;

    private sealed class OnePod : IPodAccounts
    {
        public HopAccount? Account(IPEndPoint bound) => Gone;
    }
}
