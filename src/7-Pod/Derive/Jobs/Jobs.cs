using System.Runtime.CompilerServices;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>The Jobs that people wrote and those of CronJobs, each with the status that it has in the running generation.</summary>
internal static class Jobs
{
    // Which written object a copy with a status was made of.
    private static readonly ConditionalWeakTable<V1Job, V1Job> Sources = [];

    /// <summary>Takes a step with every Job.</summary>
    /// <param name="accepted">Those that people wrote.</param>
    /// <param name="derived">Those of CronJobs.</param>
    /// <param name="book">All pods.</param>
    /// <returns>The Jobs with their statuses.</returns>
    public static IEnumerable<Resource> Sync(IEnumerable<Resource<V1Job>> accepted, IEnumerable<Resource<V1Job>> derived, PodBook book)
    {
        var results = new List<Resource>();
        foreach (var written in accepted.Where(j => JobChecks.Valid(j, book.Context.Errors)))
        {
            if (Before(written, book) is not { } before) continue;
            var after = JobController.Sync(new Resource<V1Job>(written.Key, before, written.Origin), book);
            Sources.AddOrUpdate(after, written.Value);
            results.Add(new Resource(written.Key, after, written.Origin));
        }

        results.AddRange(derived.Select(job => new Resource(job.Key, JobController.Sync(job, book), Origin.Derived)));
        return results;
    }

    /// <summary>What somebody wrote, of a copy with a status; null for one that is no copy.</summary>
    public static V1Job? SourceOf(V1Job job) => Sources.TryGetValue(job, out var source) ? source : null;

    private static V1Job? Before(Resource<V1Job> written, PodBook book)
    {
        if (book.Previous.Find(written.Key) is not { Value: V1Job had } || !Sources.TryGetValue(had, out var source)) return written.Value with { Status = null };
        if (ReferenceEquals(source, written.Value)) return had;
        if (SafeNames.Canonical(source.Spec.Template) == SafeNames.Canonical(written.Value.Spec.Template) && source.Spec.Completions == written.Value.Spec.Completions)
        {
            return written.Value with { Status = had.Status };
        }

        book.Context.Errors.Add(written, "spec.template",
            "Invalid value: field is immutable; a Job runs once. Give the changed one another name, or save once without it so that it is deleted");
        return null;
    }
}
