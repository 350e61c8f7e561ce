using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>The pods by namespace and label, so that thousands of selectors don't each look at every pod.</summary>
internal sealed class PodIndex
{
    private static readonly List<Resource<V1Pod>> None = [];

    private readonly Dictionary<(string Namespace, string Key, string Value), List<Resource<V1Pod>>> byLabel = [];
    private readonly List<Resource<V1Pod>> all;

    /// <summary>Indexes the pods that have an address.</summary>
    public PodIndex(CompileContext context)
    {
        all = [.. context.State.All<V1Pod>().Where(p => context.Addresses.Find(p.Key) is not null)];
        foreach (var pod in all)
        {
            foreach (var (key, value) in pod.Value.Metadata?.Labels ?? new Dictionary<string, string>())
            {
                var label = (pod.Key.Namespace, key, value);
                if (!byLabel.TryGetValue(label, out var pods)) byLabel[label] = pods = [];
                pods.Add(pod);
            }
        }
    }

    /// <summary>Every pod.</summary>
    public IEnumerable<(ResourceKey Key, V1Pod Pod)> All => all.Select(p => (p.Key, p.Value));

    /// <summary>The pods of a namespace that have every label of a selector; none for an empty selector.</summary>
    public IReadOnlyList<Resource<V1Pod>> Select(string ns, IDictionary<string, string>? selector)
    {
        if (selector is not { Count: > 0 }) return None;
        var candidates = selector.Select(pair => byLabel.GetValueOrDefault((ns, pair.Key, pair.Value), None)).MinBy(pods => pods.Count)!;
        return candidates.FindAll(pod => LabelSelectors.Has(pod.Value.Metadata.Labels, selector));
    }
}
