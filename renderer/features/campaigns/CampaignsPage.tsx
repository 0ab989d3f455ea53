import type { PageProps } from '../../state/router.ts';
import { CampaignDetail } from './CampaignDetail.tsx';
import { CampaignFormPage } from './CampaignFormPage.tsx';
import { CampaignList } from './CampaignList.tsx';

/** `campaigns`, `campaigns/new`, `campaigns/ID`, `campaigns/ID/edit`. */
export function CampaignsPage({ path, query }: PageProps) {
  const [id, part] = path;
  if (id === undefined) return <CampaignList query={query} />;
  if (id === 'new') return <CampaignFormPage categoryId={query['category']} />;
  if (part === 'edit') return <CampaignFormPage key={id} id={id} />;
  return <CampaignDetail key={id} id={id} query={query} />;
}
