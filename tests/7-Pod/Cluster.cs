using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod.Tests;

/// <summary>The controllers on a road of which nothing runs: pods live as they are told. A new pod is Running and not ready, one that terminates stays until told.</summary>
internal sealed class Cluster
{
    private ImmutableDictionary<ResourceKey, PodStatus> living = ImmutableDictionary<ResourceKey, PodStatus>.Empty;
    private DesiredState desired = DesiredState.Empty;

    /// <summary>The webhooks that pods go through.</summary>
    public List<IPodAdmission> Admissions { get; } = [];

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DesiredState State { get; private set; } = DesiredState.Empty;

    public ErrorList Errors { get; private set; } = new();

    /// <summary>Of the last step.</summary>
    public ErrorList Warnings { get; private set; } = new();

    public DateTimeOffset? Due { get; private set; }

    public Observed Observed => new(Now, living);

    /// <summary>The pods and how they live, by name.</summary>
    public IReadOnlyList<PodEntry> Pods =>
        [.. State.All<V1Pod>().Select(p => new PodEntry(p.Key, p.Value, p.Origin, p.Value, living.GetValueOrDefault(p.Key)))];

    public void Apply(string yaml)
    {
        desired = new DesiredState(TestRoad.Load(yaml, "/srv"));
        Errors = new ErrorList();
        Reconcile(always: true);
    }

    /// <summary>Lets the controllers take a step.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Step() => Reconcile(always: false);

    /// <summary>Lets them go on until they have nothing to do.</summary>
    public void Settle()
    {
        for (var i = 0; Step(); i++) Assert.True(i < 500, "the controllers don't come to rest");
    }

    public void Pass(TimeSpan span) => Now += span;

    public void Set(PodEntry pod, Func<PodStatus, PodStatus> change)
    {
        var before = living[pod.Key];
        var after = change(before);
        living = living.SetItem(pod.Key, after with
        {
            ReadySince = after.Ready ? before.ReadySince ?? Now : null,
            EndedAt = after.Phase is "Succeeded" or "Failed" ? before.EndedAt ?? Now : null,
        });
    }

    public void Ready(PodEntry pod) => Set(pod, s => s with { Ready = true, HasBeenReady = true, Message = null });

    public void Unready(PodEntry pod) => Set(pod, s => s with { Ready = false, Message = "its readiness probe failed" });

    /// <summary>A terminating pod is gone.</summary>
    public void End(PodEntry pod) => living = living.Remove(pod.Key);

    private bool Reconcile(bool always)
    {
        var due = new DueTimes();
        var context = new CompileContext(desired, AddressPlan.Empty, AwsScope.Default, Errors) { Observed = Observed, Due = due, Warnings = Warnings = new ErrorList() };
        var derived = new PodReconciler(Admissions, new PodOptions(false, "/tmp")).Reconcile(context, State).ToList();
        Due = due.Next;
        var next = desired.With(derived);
        var changed = next.Count != State.Count || derived.Exists(r => !ReferenceEquals(State.Find(r.Key)?.Value, r.Value));
        if ((!changed && !always) || !Errors.IsEmpty) return false;
        State = next;
        foreach (var pod in State.All<V1Pod>())
        {
            var known = living.GetValueOrDefault(pod.Key);
            var placed = !string.IsNullOrEmpty(pod.Value.Spec.NodeName);
            if (known is null || (known.Phase == "Pending" && placed))
            {
                living = living.SetItem(pod.Key, new PodStatus(pod.Key, PodRuntime.StandIn, placed ? "Running" : "Pending", false, false, 0, null, "started"));
            }
            else if (pod.Value.Metadata.DeletionTimestamp is not null && !known.Terminating)
            {
                living = living.SetItem(pod.Key, known with { Terminating = true });
            }
        }

        foreach (var gone in living.Keys.Where(k => State.Find(k) is null)) living = living.Remove(gone);
        return true;
    }

    /// <summary>Everything that the controllers made, for people.</summary>
    public string Tell()
    {
        var told = new StringBuilder();
        foreach (var set in State.All<V1ReplicaSet>().Where(s => s.Origin == Origin.Derived))
        {
            told.Append(CultureInfo.InvariantCulture, $"  {set.Key.Kind} {set.Key.Name} wants {set.Value.Spec.Replicas}, revision {set.Value.Metadata.Annotations["deployment.kubernetes.io/revision"]}\n");
        }

        foreach (var revision in State.All<V1ControllerRevision>()) told.Append(CultureInfo.InvariantCulture, $"  ControllerRevision {revision.Key.Name} is revision {revision.Value.Revision}\n");
        foreach (var pod in Pods)
        {
            var life = pod.Terminating ? pod.Status is { Ready: true } ? "terminating, ready" : "terminating"
                : pod.Finished ? pod.Phase : pod.Ready ? "ready" : pod.Phase == "Pending" ? $"Pending: {pod.Pod.Status.Conditions[0].Message}" : "not ready";
            told.Append(CultureInfo.InvariantCulture, $"  {pod.Key.Name} {(pod.Scheduled ? $"on {pod.Pod.Spec.NodeName} " : "")}{life}\n");
        }

        told.Append(TellRollouts());
        foreach (var warning in Warnings.All.Where(w => w.NotAccepted)) told.Append(CultureInfo.InvariantCulture, $"  not accepted {warning}\n");
        foreach (var error in Errors.All) told.Append(CultureInfo.InvariantCulture, $"  error {error}\n");
        return told.ToString();
    }

    /// <summary>How far the workloads are.</summary>
    public string TellRollouts()
    {
        var told = new StringBuilder();
        foreach (var status in Rollouts.Of(State, Observed))
        {
            told.Append(CultureInfo.InvariantCulture,
                $"  {status.Key.Kind} {status.Key.Name}: {(status.Done ? "done, " : status.Failed ? "failed, " : "")}{status.Message} (updated {status.Updated}, ready {status.Ready}, available {status.Available} of {status.Desired})\n");
        }

        foreach (var cron in Schedules.Of(State, Now))
        {
            told.Append(CultureInfo.InvariantCulture, $"  {cron.Key.Kind} {cron.Key.Name}: {(cron.Suspended ? "suspended, " : "")}active {string.Join(' ', cron.Active)}, last {cron.LastSchedule:s}, next {cron.Next:s}\n");
        }

        return told.ToString();
    }
}
