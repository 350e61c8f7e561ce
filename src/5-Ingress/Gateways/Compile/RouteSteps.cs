using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>The compile of every route, each a step of its own that is taken over from the running generation while it would come to the same.</summary>
internal sealed class RouteSteps(CompileContext context, GatewaySetup setup, GatewaySnapshot? before)
{
    private readonly IReadOnlyDictionary<ResourceKey, CompiledStep<AttachedRoute>> had = before?.Routes ?? new Dictionary<ResourceKey, CompiledStep<AttachedRoute>>();

    /// <summary>The routes, by kind and name.</summary>
    internal List<CompiledStep<AttachedRoute>> All { get; } = new(before?.Routes.Count ?? 0);

    /// <summary>The same by key.</summary>
    internal Dictionary<ResourceKey, CompiledStep<AttachedRoute>> ByKey { get; } = new(before?.Routes.Count ?? 0);

    /// <summary>What all of them read, roughly.</summary>
    internal Reads Read { get; } = new();

    /// <summary>Takes all routes of a kind.</summary>
    internal void Take<T>(Func<RouteAttachment, Resource<T>, AttachedRoute> attach) where T : class, IMetadata<V1ObjectMeta>
    {
        foreach (var route in context.State.List<T>())
        {
            var step = had.GetValueOrDefault(route.Key);
            if (step is null || !ReferenceEquals(step.Value.Written, route.Value) || !ReferenceEquals(step.Value.Setup, setup) || !step.Reads.Hold(context))
            {
                IReadOnlyList<ObjectStatus> said = step is null ? [] : [.. step.Value.Parents.Select(p => p.Status)];
                step = context.Run(c => attach(new RouteAttachment(c, setup, said), route));
                Read.Cover(step.Reads, context);
            }

            All.Add(step);
            ByKey[route.Key] = step;
            foreach (var warning in step.Warnings) context.Warnings.Add(warning);
        }
    }

    /// <summary>Ends it: the compile around it has read what its steps have.</summary>
    internal void Close()
    {
        if (before is not null) Read.Cover(before.Read, context);
        Read.Close();
        context.Noted?.Cover(Read, context);
    }
}
