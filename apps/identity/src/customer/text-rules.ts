export { EmailField, LineField, refuseCardNumbers } from '@dittoo/service';
