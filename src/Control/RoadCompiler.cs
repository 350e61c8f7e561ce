using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Control;

/// <summary>
/// Desired state → generation; pure. What <c>up</c>, <c>explain -f</c> and every reload call.
/// <list type="number">
/// <item>Reconcilers derive objects, each seeing what those before it derived.</item>
/// <item>Claimants say who needs an address; the plan keeps the addresses of those who stay.</item>
/// <item>Compilers make one snapshot each.</item>
/// </list>
/// Every step reports all of its errors, and all steps run, so that a person sees everything that is wrong at once.
/// </summary>
public sealed class RoadCompiler(
    RoadOptions options,
    IEnumerable<IReconciler> reconcilers,
    IEnumerable<IAddressClaimant> claimants,
    IEnumerable<IHopCompiler> compilers)
{
    private readonly IReconciler[] reconcilers = [.. reconcilers];
    private readonly IAddressClaimant[] claimants = [.. claimants];
    private readonly IHopCompiler[] compilers = [.. compilers];

    /// <summary>Compiles what follows <paramref name="running"/>. When <paramref name="errors"/> isn't empty afterwards, the result must not be published.</summary>
    public Generation Compile(DesiredState desired, Generation running, ErrorList errors)
    {
        var plan = running.Number == 0 ? AddressPlan.In(options.Range) : running.Addresses;
        var context = new CompileContext(desired, plan, options.Scope, errors);

        // 1. Derive.
        foreach (var reconciler in reconcilers)
        {
            context = context with { State = context.State.With(reconciler.Reconcile(context, running.State)) };
        }

        // 2. Give addresses.
        context = context with { Addresses = plan.Next(claimants.SelectMany(c => c.Claims(context))) };

        // 3. Compile.
        var snapshots = compilers.Select(c => c.Compile(context)).ToList();
        return new Generation(running.Number + 1, context.State, context.Addresses, snapshots) { Warnings = [.. context.Warnings.All.Distinct()] };
    }
}
